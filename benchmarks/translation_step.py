"""Time and memory of a step from image to image: `fit` against the official training loops in PyTorch.

    python benchmarks/translation_step.py --results translation_step.jsonl   # all, on 2 cores half an hour
    python benchmarks/translation_step.py --results translation_step.jsonl --case "Pix2Pix 256" --repeats 3

The PyTorch side has the same networks, batch and losses, in the order of the official `optimize_parameters`
(junyanz/pytorch-CycleGAN-and-pix2pix) and of BasicSR's SRGAN model; no perceptual loss on either side. A finished
case is appended to the results file; one that is there is printed and not run again.

Methods take turns, each in a process of its own. Printed are medians, the ratio's median over the turns,
the peak of each process's memory, how much of it came after the networks and the framework were loaded, and how much
each further image of a batch adds to the peak, by a run with three times the batch: what is left when the
frameworks' own graphs and caches are taken away, and what bounds the batch on a GPU.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import random
import statistics

from machine import machine
from turns import measure


@dataclasses.dataclass(frozen=True)
class Case:
    model: str
    size: int
    filters: int
    batch: int
    blocks: int = 0
    steps: int = 4


CASES = {
    "Pix2Pix 256": Case("pix2pix", 256, 64, 1),
    "Pix2Pix 64": Case("pix2pix", 64, 32, 16, steps=8),
    "CycleGAN 128": Case("cyclegan", 128, 32, 1, blocks=6),
    "SRGAN 24 to 96": Case("srgan", 96, 32, 8, blocks=8),
    # As published, like the first.
    "CycleGAN 256": Case("cyclegan", 256, 64, 1, blocks=9, steps=2),
    "SRGAN 16 blocks": Case("srgan", 96, 64, 16, blocks=16, steps=2),
}
METHODS = ("fit", "torch")


def make_images(case):
    import numpy as np

    rng = np.random.default_rng(0)
    source = case.size // 4 if case.model == "srgan" else case.size
    return [
        rng.uniform(-1, 1, (case.steps * case.batch, side, side, 3)).astype("float32")
        for side in (source, case.size)
    ]


def make(method, case):
    return globals()[f"{method}_{case.model}"](case)


# === Keras ===


def fit_of(gan, case):
    import tensorflow as tf

    gan.compile(**({"regularizers": []} if case.model == "srgan" else {}))
    condition, image = make_images(case)
    batches = tf.data.Dataset.from_tensor_slices({"condition": condition, "image": image}).batch(
        case.batch, True
    )
    return lambda: gan.fit(batches, epochs=1, verbose=0)


def fit_pix2pix(case):
    from keras_gan import Pix2Pix, networks

    shape = (case.size, case.size, 3)
    discriminator = networks.patchgan(shape, 3, filters=case.filters)
    return fit_of(Pix2Pix(networks.unet(shape, filters=case.filters), discriminator, seed=0), case)


def fit_cyclegan(case):
    from keras_gan import CycleGAN, networks

    shape = (case.size, case.size, 3)
    judges = [networks.patchgan(shape, filters=case.filters, normalization="instance") for _ in range(2)]
    ways = [networks.resnet(shape, blocks=case.blocks, filters=case.filters) for _ in range(2)]
    return fit_of(CycleGAN(*ways, *judges, seed=0), case)


def fit_srgan(case):
    from keras_gan import SRGAN, networks

    generator = networks.srresnet(4, filters=case.filters, blocks=case.blocks)
    discriminator = networks.srgan_discriminator((case.size, case.size, 3), filters=case.filters)
    return fit_of(SRGAN(generator, discriminator, pixel_weight=1.0, seed=0), case)


# === PyTorch: the networks ===


def torch_convolution(before, after, norm=None, size=4, stride=2, padding=1, bias=None):
    """A strided convolution and its normalisation, as a list of layers."""
    from torch import nn

    bias = norm is not nn.BatchNorm2d if bias is None else bias
    return [nn.Conv2d(before, after, size, stride, padding, bias=bias)] + ([norm(after)] if norm else [])


def torch_unet(case):
    import torch
    from torch import nn

    downs = case.size.bit_length() - 1
    widths = [case.filters * min(2**i, 8) for i in range(downs)]

    class UNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.down, self.up = nn.ModuleList(), nn.ModuleList()
            for i, width in enumerate(widths):
                norm = nn.BatchNorm2d if 0 < i < downs - 1 else None
                layers = [nn.LeakyReLU(0.2, True)] if i else []
                layers += torch_convolution(widths[i - 1] if i else 3, width, norm, bias=False)
                self.down.append(nn.Sequential(*layers))
            for i in reversed(range(1, downs)):
                before = widths[i] * (1 if i == downs - 1 else 2)
                layers = [nn.ReLU(True), nn.ConvTranspose2d(before, widths[i - 1], 4, 2, 1, bias=False)]
                layers += [nn.BatchNorm2d(widths[i - 1])] + ([nn.Dropout(0.5)] if 4 <= i <= downs - 2 else [])
                self.up.append(nn.Sequential(*layers))
            self.last = nn.Sequential(
                nn.ReLU(True), nn.ConvTranspose2d(2 * case.filters, 3, 4, 2, 1), nn.Tanh()
            )

        def forward(self, x):
            skips = []
            for layer in self.down:
                skips.append(x := layer(x))
            for layer, skip in zip(self.up, skips[-2::-1], strict=True):
                x = torch.cat([skip, layer(x)], 1)
            return self.last(x)

    return UNet()


def torch_patchgan(channels, filters, norm):
    from torch import nn

    layers, before = torch_convolution(channels, filters), filters
    for width, stride in ((2, 2), (4, 2), (8, 1)):
        layers += [nn.LeakyReLU(0.2, True), *torch_convolution(before, width * filters, norm, stride=stride)]
        before = width * filters
    return nn.Sequential(*layers, nn.LeakyReLU(0.2, True), nn.Conv2d(before, 1, 4, 1, 1))


def torch_residual(layers):
    from torch import nn

    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(*layers)

        def forward(self, x):
            return x + self.layers(x)

    return Residual()


def torch_resnet(case):
    from torch import nn

    f, norm = case.filters, nn.InstanceNorm2d

    def block():
        inner = [nn.ReflectionPad2d(1), nn.Conv2d(4 * f, 4 * f, 3), norm(4 * f)]
        return torch_residual(
            [*inner, nn.ReLU(True), nn.ReflectionPad2d(1), nn.Conv2d(4 * f, 4 * f, 3), norm(4 * f)]
        )

    layers = [nn.ReflectionPad2d(3), nn.Conv2d(3, f, 7), norm(f), nn.ReLU(True)]
    for width in (f, 2 * f):
        layers += [*torch_convolution(width, 2 * width, norm, size=3), nn.ReLU(True)]
    layers += [block() for _ in range(case.blocks)]
    for width in (4 * f, 2 * f):
        layers += [nn.ConvTranspose2d(width, width // 2, 3, 2, 1, 1), norm(width // 2), nn.ReLU(True)]
    return nn.Sequential(*layers, nn.ReflectionPad2d(3), nn.Conv2d(f, 3, 7), nn.Tanh())


def torch_srresnet(case):
    from torch import nn

    f, norm = case.filters, nn.BatchNorm2d

    def same(size=3, after=f, before=f):
        return nn.Conv2d(before, after, size, padding=size // 2)

    blocks = [torch_residual([same(), norm(f), nn.PReLU(f), same(), norm(f)]) for _ in range(case.blocks)]
    layers = [same(9, f, 3), nn.PReLU(f), torch_residual([*blocks, same(), norm(f)])]
    for _ in range(2):
        layers += [same(after=4 * f), nn.PixelShuffle(2), nn.PReLU(f)]
    return nn.Sequential(*layers, same(9, 3))


def torch_srgan_discriminator(case):
    from torch import nn

    f = case.filters
    layers, before = [nn.Conv2d(3, f, 3, padding=1), nn.LeakyReLU(0.2, True)], f
    for width, stride in ((1, 2), (2, 1), (2, 2), (4, 1), (4, 2), (8, 1), (8, 2)):
        layers += [nn.Conv2d(before, width * f, 3, stride, 1, bias=False), nn.BatchNorm2d(width * f)]
        layers += [nn.LeakyReLU(0.2, True)]
        before = width * f
    side = case.size // 16
    layers += [
        nn.Flatten(),
        nn.Linear(before * side * side, 1024),
        nn.LeakyReLU(0.2, True),
        nn.Linear(1024, 1),
    ]
    return nn.Sequential(*layers)


# === PyTorch: the loops ===


def torch_loop(case, players, step):
    """Runs `step` over the batches in turn; `players` are lists of networks, each with an Adam."""
    import itertools

    import torch

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    rates = {"lr": 1e-4} if case.model == "srgan" else {"lr": 2e-4, "betas": (0.5, 0.999)}
    optimizers = [
        torch.optim.Adam(itertools.chain(*(network.parameters() for network in networks)), **rates)
        for networks in players
    ]
    condition, image = (torch.from_numpy(x).permute(0, 3, 1, 2).contiguous() for x in make_images(case))

    def run():
        for batch in torch.randperm(len(image)).split(case.batch):
            step(condition[batch], image[batch], *optimizers)

    return run


def freeze(networks, frozen):
    for network in networks:
        for weight in network.parameters():
            weight.requires_grad = not frozen


def update(optimizer, *losses):
    optimizer.zero_grad()
    for loss in losses:
        loss.backward()
    optimizer.step()


def bce(logits, real):
    import torch

    target = torch.full_like(logits, float(real))
    return torch.nn.functional.binary_cross_entropy_with_logits(logits, target)


def torch_pix2pix(case):
    import torch

    generator = torch_unet(case)
    discriminator = torch_patchgan(6, case.filters, torch.nn.BatchNorm2d)

    def step(condition, image, g_optimizer, d_optimizer):
        fake = generator(condition)
        freeze([discriminator], False)
        of_fake = bce(discriminator(torch.cat([condition, fake.detach()], 1)), 0)
        of_real = bce(discriminator(torch.cat([condition, image], 1)), 1)
        update(d_optimizer, (of_fake + of_real) * 0.5)
        freeze([discriminator], True)
        adversarial = bce(discriminator(torch.cat([condition, fake], 1)), 1)
        update(g_optimizer, adversarial + 100 * (fake - image).abs().mean())

    return torch_loop(case, ([generator], [discriminator]), step)


def torch_cyclegan(case):
    import torch

    a2b, b2a = torch_resnet(case), torch_resnet(case)
    of_a, of_b = (torch_patchgan(3, case.filters, torch.nn.InstanceNorm2d) for _ in range(2))
    pools = [], []

    def from_pool(pool, images):
        chosen = []
        for image in images.detach().unsqueeze(1):
            if len(pool) < 50:
                pool.append(image)
                chosen.append(image)
            elif random.random() < 0.5:
                index = random.randrange(50)
                chosen.append(pool[index])
                pool[index] = image
            else:
                chosen.append(image)
        return torch.cat(chosen)

    def step(a, b, g_optimizer, d_optimizer):
        fake_b, fake_a = a2b(a), b2a(b)
        back_a, back_b = b2a(fake_b), a2b(fake_a)
        freeze([of_a, of_b], True)
        identity = (a2b(b) - b).abs().mean() + (b2a(a) - a).abs().mean()
        adversarial = (of_b(fake_b) - 1).square().mean() + (of_a(fake_a) - 1).square().mean()
        cycle = (back_a - a).abs().mean() + (back_b - b).abs().mean()
        update(g_optimizer, adversarial + 10 * cycle + 5 * identity)
        freeze([of_a, of_b], False)
        losses = []
        for judge, real, fake, pool in ((of_a, a, fake_a, pools[0]), (of_b, b, fake_b, pools[1])):
            fake = from_pool(pool, fake)
            losses.append(((judge(real) - 1).square().mean() + judge(fake).square().mean()) * 0.5)
        update(d_optimizer, *losses)

    return torch_loop(case, ([a2b, b2a], [of_a, of_b]), step)


def torch_srgan(case):
    generator, discriminator = torch_srresnet(case), torch_srgan_discriminator(case)

    def step(condition, image, g_optimizer, d_optimizer):
        freeze([discriminator], True)
        fake = generator(condition)
        update(g_optimizer, (fake - image).square().mean() + 1e-3 * bce(discriminator(fake), 1))
        freeze([discriminator], False)
        update(d_optimizer, bce(discriminator(image), 1), bce(discriminator(fake.detach()), 0))

    return torch_loop(case, ([generator], [discriminator]), step)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", choices=CASES, action="append", help="default: all")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument(
        "--results", type=pathlib.Path, required=True, help="file of finished cases (JSON lines)"
    )
    options = parser.parse_args()
    rows = options.results.read_text().splitlines() if options.results.exists() else []
    finished = {row["case"]: row for row in map(json.loads, rows)}
    print(
        f"{'case':18}{'method':8}{'ms/step':>10}{'ratio':>8}{'peak MB':>10}{'of steps':>10}{'per image':>11}"
    )
    for name in options.case or CASES:
        case = CASES[name]
        if name not in finished:
            times, peaks, starts = measure(make, METHODS, case, options.repeats)
            larger = dataclasses.replace(case, batch=3 * case.batch, steps=2)
            _, larger_peaks, _ = measure(make, METHODS, larger, 1)
            per_image = {m: (larger_peaks[m] - peaks[m]) / (2 * case.batch) for m in peaks}
            row = {"case": name, "seconds": times, "peak_mb": peaks, "start_mb": starts}
            row["mb_per_image"] = per_image
            finished[name] = row | dataclasses.asdict(case)
            with options.results.open("a") as file:
                file.write(json.dumps(finished[name] | machine()) + "\n")
        row = finished[name]
        for method, seconds in row["seconds"].items():
            other = row["seconds"].get("torch", seconds)
            ratio = statistics.median(a / b for a, b in zip(seconds, other, strict=True))
            peak = row["peak_mb"][method]
            line = f"{name:18}{method:8}{1000 * statistics.median(seconds):10.0f}{ratio:8.2f}{peak:10.0f}"
            line += f"{peak - row['start_mb'][method]:10.0f}{row['mb_per_image'][method]:11.1f}"
            print(line, flush=True)


if __name__ == "__main__":
    main()
