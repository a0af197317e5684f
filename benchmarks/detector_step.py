"""CPU time of a step of f-AnoGAN's encoder and of GANomaly: `fit` against the official loops in PyTorch.

    taskset -c 0 python benchmarks/detector_step.py --results detector_step.jsonl

The networks, batches and losses are the same: f-AnoGAN's as its reimplementation has them (A03ki/f-AnoGAN, mvtec_ad, whose loop also
computes gradients of the frozen networks), GANomaly's as the official code (samet-akcay/ganomaly). Methods take turns, each in a process of its
own. Printed are medians of the CPU time of a step and of the ratio over the turns.
"""

import argparse
import dataclasses

from turns import print_ratios


@dataclasses.dataclass(frozen=True)
class Case:
    model: str
    size: int
    channels: int
    batch: int
    steps: int = 10


CASES = {
    "f-AnoGAN 64": Case("fanogan", 64, 3, 32),
    "f-AnoGAN 32, grey": Case("fanogan", 32, 1, 64),
    "GANomaly 32": Case("ganomaly", 32, 3, 64, steps=4),
}


def make_images(case):
    import numpy as np

    shape = (case.steps * case.batch, case.size, case.size, case.channels)
    return np.random.default_rng(0).uniform(-1, 1, shape).astype("float32")


def make(method, case):
    return globals()[f"{method}_{case.model}"](case)


# === Keras ===


def fit_of(model, case):
    import tensorflow as tf

    model.compile()
    batches = tf.data.Dataset.from_tensor_slices(make_images(case)).batch(case.batch, True)
    return lambda: model.fit(batches, epochs=1, verbose=0)


def fit_fanogan(case):
    import keras_gan

    shape = (case.size, case.size, case.channels)
    networks = keras_gan.networks.fanogan(shape, latent_dim=100, normalization="batch")
    return fit_of(keras_gan.FAnoGAN(*networks, seed=0), case)


def fit_ganomaly(case):
    import keras_gan

    networks = keras_gan.networks.ganomaly((case.size, case.size, case.channels), 100)
    return fit_of(keras_gan.GANomaly(*networks, seed=0), case)


# === PyTorch ===


def torch_loop(case, step):
    import os

    import torch

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    images = torch.from_numpy(make_images(case)).permute(0, 3, 1, 2).contiguous()

    def run():
        for batch in torch.randperm(len(images)).split(case.batch):
            step(images[batch])

    return run


def torch_judge(case, outputs, tanh):
    """f-AnoGAN's encoder or discriminator: features, and what is made of them."""
    from torch import nn

    parts, before = [], case.channels
    for i, width in enumerate((16, 32, 64, 128)):
        parts += [nn.Conv2d(before, width, 3, 2, 1), nn.LeakyReLU(0.2, True), nn.Dropout2d(0.25)]
        parts += [nn.BatchNorm2d(width, 0.8)] if i else []
        before = width
    last = [nn.Linear(128 * (case.size // 16) ** 2, outputs)] + ([nn.Tanh()] if tanh else [])
    return nn.Sequential(*parts, nn.Flatten()), nn.Sequential(*last)


def torch_fanogan(case):
    import torch
    from torch import nn

    side = case.size // 4
    generator = nn.Sequential(
        *(nn.Linear(100, 128 * side**2), nn.Unflatten(1, (128, side, side)), nn.BatchNorm2d(128)),
        *(nn.Upsample(scale_factor=2), nn.Conv2d(128, 128, 3, 1, 1), nn.BatchNorm2d(128, 0.8)),
        *(nn.LeakyReLU(0.2, True), nn.Upsample(scale_factor=2), nn.Conv2d(128, 64, 3, 1, 1)),
        *(nn.BatchNorm2d(64, 0.8), nn.LeakyReLU(0.2, True), nn.Conv2d(64, case.channels, 3, 1, 1)),
        nn.Tanh(),
    ).eval()
    features = torch_judge(case, 1, False)[0].eval()
    encoder = nn.Sequential(*torch_judge(case, 100, True))
    optimizer = torch.optim.Adam(encoder.parameters(), lr=2e-4, betas=(0.5, 0.999))
    distance = nn.MSELoss()

    def step(images):
        optimizer.zero_grad()
        made = generator(encoder(images))
        of_images, of_made = features(images), features(made)
        loss = distance(made, images) + distance(of_made, of_images)
        loss.backward()
        optimizer.step()

    return torch_loop(case, step)


def torch_ganomaly(case):
    import torch
    from torch import nn

    def down(outputs):
        parts, width, side = [nn.Conv2d(case.channels, 64, 4, 2, 1, bias=False)], 64, case.size // 2
        parts += [nn.LeakyReLU(0.2, True)]
        while side > 4:
            parts += [nn.Conv2d(width, 2 * width, 4, 2, 1, bias=False), nn.BatchNorm2d(2 * width)]
            parts += [nn.LeakyReLU(0.2, True)]
            width, side = 2 * width, side // 2
        return nn.Sequential(*parts), nn.Conv2d(width, outputs, 4, 1, 0, bias=False)

    width, side = 64 * case.size // 8, 4
    up = [nn.ConvTranspose2d(100, width, 4, 1, 0, bias=False), nn.BatchNorm2d(width), nn.ReLU(True)]
    while 2 * side < case.size:
        up += [nn.ConvTranspose2d(width, width // 2, 4, 2, 1, bias=False), nn.BatchNorm2d(width // 2)]
        up += [nn.ReLU(True)]
        width, side = width // 2, 2 * side
    decoder = nn.Sequential(*up, nn.ConvTranspose2d(width, case.channels, 4, 2, 1, bias=False), nn.Tanh())
    first, second = nn.Sequential(*down(100)), nn.Sequential(*down(100))
    features, last = down(1)
    judge = nn.Sequential(last, nn.Sigmoid())
    of_generator = [*first.parameters(), *decoder.parameters(), *second.parameters()]
    options = {"lr": 2e-4, "betas": (0.5, 0.999)}
    g_optimizer = torch.optim.Adam(of_generator, **options)
    d_optimizer = torch.optim.Adam([*features.parameters(), *judge.parameters()], **options)
    entropy = nn.BCELoss()

    def of(images):
        found = features(images)
        return judge(found).flatten(), found

    def step(images):
        latents = first(images)
        made = decoder(latents)
        again = second(made)
        real, _ = of(images)
        fake, _ = of(made.detach())
        g_optimizer.zero_grad()
        adversarial = (of(images)[1] - of(made)[1]).square().mean()
        loss = adversarial + 50 * (made - images).abs().mean() + (again - latents).square().mean()
        loss.backward(retain_graph=True)
        g_optimizer.step()
        d_optimizer.zero_grad()
        loss = 0.5 * (entropy(real, torch.ones_like(real)) + entropy(fake, torch.zeros_like(fake)))
        loss.backward()
        d_optimizer.step()

    return torch_loop(case, step)


if __name__ == "__main__":
    print_ratios(argparse.ArgumentParser(description=__doc__.splitlines()[0]), CASES, make, repeats=15)
