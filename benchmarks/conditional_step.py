"""CPU time of a step of BigGAN, StackGAN-v2 and DF-GAN: `fit` against the official networks in the official loops' structure, in PyTorch.

    taskset -c 0 python benchmarks/conditional_step.py --results conditional_step.jsonl --official CODE

CODE has checkouts of the official code: BigGAN-PyTorch (ajbrock, commit 9845943), StackGAN-v2 (hanzhanggit, 6228e34) and DF-GAN (tobran,
78f14fd). Their networks run as they are; the loops around them are those of train_fns.py, trainer.py and lib/modules.py without logging.
Widths, batches, losses and optimisers are the same. BigGAN has the settings of scripts/launch_cifar_ema.sh. Of StackGAN-v2, whose first
branch has 64 pixels, there are one branch and two. Methods take turns, each in a process of its own. Printed are medians of the CPU time of a
step and of the ratio over the turns.
"""

import argparse
import dataclasses
import pathlib
import sys
import types

from turns import print_ratios


@dataclasses.dataclass(frozen=True)
class Case:
    model: str
    size: int
    filters: int
    batch: int
    steps: int
    # Batches of a step.
    batches: int = 1
    official: str = None


CASES = {
    "BigGAN 32": Case("biggan", 32, 16, 16, 2, batches=4),
    "StackGAN2 64": Case("stackgan2", 64, 32, 16, 3),
    "StackGAN2 64 and 128": Case("stackgan2", 128, 32, 8, 2),
    "DF-GAN 64": Case("dfgan", 64, 32, 16, 2),
}
EMBEDDING = {"stackgan2": 1024, "dfgan": 256}


def make_data(case):
    """Images and labels, or embeddings of texts, of the batches of `case.steps` steps."""
    import numpy as np

    rng, count = np.random.default_rng(0), case.steps * case.batches * case.batch
    images = rng.uniform(-1, 1, (count, case.size, case.size, 3)).astype("float32")
    if case.model == "biggan":
        return images, rng.integers(0, 10, count)
    return images, rng.normal(size=(count, EMBEDDING[case.model])).astype("float32")


def make(method, case):
    return globals()[f"{method}_{case.model}"](case)


# === Keras ===


def fit_of(gan, case):
    import tensorflow as tf

    images, beside = make_data(case)
    data = (images, beside) if case.model == "biggan" else {"image": images, "condition": beside}
    batches = tf.data.Dataset.from_tensor_slices(data).batch(case.batch, True)
    return lambda: gan.fit(batches, epochs=1, verbose=0)


def fit_biggan(case):
    import keras_gan

    networks = keras_gan.networks.biggan(
        (32, 32, 3), 10, 128, filters=case.filters, shared_dim=None, hierarchical=False, attention=None
    )
    gan = keras_gan.BigGAN(*networks, num_classes=10, ema_decay=0.9999, seed=0)
    adams = (keras_gan.optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.999) for _ in range(2))
    gan.compile(*adams, regularizers=[], discriminator_steps=case.batches)
    return fit_of(gan, case)


def fit_stackgan2(case):
    import keras_gan

    networks = keras_gan.networks.stackgan2(
        (case.size, case.size, 3),
        1024,
        branches=case.size // 64,
        filters=case.filters,
        discriminator_filters=case.filters,
    )
    gan = keras_gan.StackGAN2(*networks, ema_decay=0.999, seed=0)
    gan.compile()
    return fit_of(gan, case)


def fit_dfgan(case):
    import keras_gan

    networks = keras_gan.networks.dfgan((case.size, case.size, 3), 256, filters=case.filters)
    # The official code has no moving average.
    gan = keras_gan.DFGAN(*networks, ema_decay=None, seed=0)
    gan.compile()
    return fit_of(gan, case)


# === PyTorch ===


def torch_loop(case, step):
    import os

    import torch

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    images, beside = (torch.from_numpy(x) for x in make_data(case))
    images = images.permute(0, 3, 1, 2).contiguous()

    def run():
        for rows in torch.randperm(len(images)).split(case.batches * case.batch):
            step(images[rows], beside[rows])

    return run


def official(case, *folders):
    """Let modules of the official code be imported."""
    sys.path.insert(0, str(pathlib.Path(case.official, *folders)))


def torch_biggan(case):
    import copy

    import torch

    official(case, "BigGAN-PyTorch")
    import BigGAN
    import losses

    options = {"resolution": 32, "n_classes": 10, "G_attn": "0", "D_attn": "0", "adam_eps": 1e-8}
    options |= {"G_lr": 2e-4, "D_lr": 2e-4, "G_init": "N02", "D_init": "N02"}
    g = BigGAN.Generator(G_ch=case.filters, dim_z=128, G_shared=False, **options).train()
    d = BigGAN.Discriminator(D_ch=case.filters, **options).train()
    both, average = BigGAN.G_D(g, d), copy.deepcopy(g)

    def drawn():
        return torch.randn(case.batch, 128), torch.randint(10, (case.batch,))

    def learns(network, other):
        for parameter in network.parameters():
            parameter.requires_grad = True
        for parameter in other.parameters():
            parameter.requires_grad = False

    def step(images, labels):
        g.optim.zero_grad()
        learns(d, g)
        for image, label in zip(images.split(case.batch), labels.split(case.batch), strict=True):
            d.optim.zero_grad()
            fake, real = both(*drawn(), image, label)
            sum(losses.discriminator_loss(fake, real)).backward()
            d.optim.step()
        learns(g, d)
        g.optim.zero_grad()
        losses.generator_loss(both(*drawn(), train_G=True)).backward()
        g.optim.step()
        with torch.no_grad():
            for mean, value in zip(average.state_dict().values(), g.state_dict().values(), strict=True):
                mean.copy_(0.9999 * mean + 0.0001 * value)

    return torch_loop(case, step)


def torch_stackgan2(case):
    import torch
    from torch import nn
    from torch.nn import functional as F

    official(case, "StackGAN-v2", "code")
    # Imported by the networks' files, and not needed here.
    for name in ("easydict", "torchvision"):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["easydict"].EasyDict = type("EasyDict", (types.SimpleNamespace,), {})
    sys.modules["torchvision"].models = None
    from miscc.config import cfg

    branches = case.size // 64
    cfg.CUDA, cfg.TREE.BRANCH_NUM, cfg.GAN.B_CONDITION = False, branches, True
    cfg.GAN.GF_DIM = cfg.GAN.DF_DIM = case.filters
    import model

    g = model.G_NET()
    judges = [model.D_NET64(), model.D_NET128()][:branches]
    options = {"lr": 2e-4, "betas": (0.5, 0.999)}
    g_optimizer = torch.optim.Adam(g.parameters(), **options)
    d_optimizers = [torch.optim.Adam(d.parameters(), **options) for d in judges]
    averages = [parameter.detach().clone() for parameter in g.parameters()]
    criterion, one, zero = nn.BCELoss(), torch.ones(case.batch), torch.zeros(case.batch)

    def step(images, embeddings):
        real = [F.avg_pool2d(images, 2**i) if i else images for i in reversed(range(branches))]
        fake, mean, variance = g(torch.randn(case.batch, 100), embeddings)
        for i, d in enumerate(judges):
            d.zero_grad()
            of_real = d(real[i], mean.detach())
            of_wrong = d(real[i].roll(1, 0), mean.detach())
            of_fake = d(fake[i].detach(), mean.detach())
            loss = criterion(of_real[0], one) + criterion(of_wrong[0], zero) + criterion(of_fake[0], zero)
            loss = (
                loss + criterion(of_real[1], one) + criterion(of_wrong[1], one) + criterion(of_fake[1], zero)
            )
            loss.backward()
            d_optimizers[i].step()
        g.zero_grad()
        loss = -0.5 * torch.mean(1 + variance - mean.pow(2) - variance.exp()) * 2.0
        for image, d in zip(fake, judges, strict=True):
            loss = loss + sum(criterion(output, one) for output in d(image, mean))
        loss.backward()
        g_optimizer.step()
        for mean, parameter in zip(averages, g.parameters(), strict=True):
            mean.mul_(0.999).add_(parameter.data, alpha=0.001)

    return torch_loop(case, step)


def torch_dfgan(case):
    import torch

    official(case, "DF-GAN", "code", "models")
    import GAN

    g = GAN.NetG(case.filters, 100, 256, case.size, 3)
    d, c = GAN.NetD(case.filters, case.size, 3), GAN.NetC(case.filters, 256)
    g_optimizer = torch.optim.Adam(g.parameters(), lr=1e-4, betas=(0.0, 0.9))
    d_optimizer = torch.optim.Adam([*d.parameters(), *c.parameters()], lr=4e-4, betas=(0.0, 0.9))

    def hinge(outputs, sign):
        return torch.relu(1.0 - sign * outputs).mean()

    def step(images, embeddings):
        images, embeddings = images.requires_grad_(), embeddings.requires_grad_()
        features = d(images)
        real = c(features, embeddings)
        mismatched = c(torch.cat((features[1:], features[:1])), embeddings)
        made = g(torch.randn(case.batch, 100), embeddings)
        fake = c(d(made.detach()), embeddings)
        loss = hinge(real, 1) + (hinge(fake, -1) + hinge(mismatched, -1)) / 2
        slopes = torch.autograd.grad(real, (images, embeddings), torch.ones_like(real), create_graph=True)
        slopes = torch.cat([slope.flatten(1) for slope in slopes], 1)
        loss = loss + 2.0 * (slopes.square().sum(1).sqrt() ** 6).mean()
        d_optimizer.zero_grad()
        loss.backward()
        d_optimizer.step()
        loss = -c(d(made), embeddings).mean()
        g_optimizer.zero_grad()
        loss.backward()
        g_optimizer.step()

    return torch_loop(case, step)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--official", required=True, help="folder with BigGAN-PyTorch, StackGAN-v2 and DF-GAN"
    )
    print_ratios(parser, CASES, make, repeats=7)


if __name__ == "__main__":
    main()
