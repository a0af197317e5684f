"""Recipes: what `keras-gan train NAME` trains, a line each."""

import dataclasses
import functools

import keras

from keras_gan import networks, recipe_list
from keras_gan.augmentations import ADA, Blur
from keras_gan.augmentations.ada_pipe import GROUPS
from keras_gan.models.acgan import ACGAN
from keras_gan.models.conditional_gan import ConditionalGAN
from keras_gan.models.cyclegan import CycleGAN
from keras_gan.models.gan import GAN
from keras_gan.models.info_gan import InfoGAN
from keras_gan.models.lsgan import LSGAN
from keras_gan.models.pix2pix import Pix2Pix
from keras_gan.models.progan import ProGAN
from keras_gan.models.srgan import ESRGAN, SRGAN
from keras_gan.models.stylegan import StyleGAN
from keras_gan.models.stylegan2 import StyleGAN2, lazy_adam
from keras_gan.models.stylegan3 import StyleGAN3
from keras_gan.models.wgan import WGAN
from keras_gan.models.wgan_gp import WGANGP
from keras_gan.networks.dcgan import stages_of
from keras_gan.optimizers import Adam, ScheduledAdam
from keras_gan.parts import as_list
from keras_gan.regularizers import DRAGANPenalty, PathLengthPenalty, R1Penalty, R2Penalty
from keras_gan.schedules import Cosine, HalfLife, LinearDecay
from keras_gan.stored import load_model


@dataclasses.dataclass(frozen=True)
class Plan:
    """What the parts of a recipe depend on: generator steps, pixels of an image's side, and images of a batch."""

    steps: int
    side: int
    batch_size: int


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A model, its networks and its schedule at one scale.

    Attributes:
        summary: one line of what it is.
        model: subclass of `GAN`.
        networks: function from the image's shape (and `num_classes`) to the two networks.
        parts: function from the `Plan` to arguments of `compile`; new optimisers each time.
        dataset: name for `keras_gan.data.load`.
        image_size: int, or None for the data's own.
        batch_size, steps: ints; generator steps.
        ema_decay: float, None, or a function from the `Plan` to a schedule.
        labels: bool, whether it trains on the data's classes.
        data: "images", or what a model from image to image trains on: "pairs", "unpaired" or "low_high".
        factor: int, how many times larger "low_high" makes images.
        crop: int, side of the random parts that are trained on, or None.
        options: function from the `Plan` to further arguments of the model.
    """

    summary: str
    model: type
    networks: object
    parts: object = lambda plan: {}
    dataset: str = "mnist_5k"
    image_size: int | None = None
    batch_size: int = 64
    steps: int = 1000
    ema_decay: object = 0.999
    labels: bool = False
    data: str = "images"
    factor: int | None = None
    crop: int | None = None
    options: object = lambda plan: {}


# === Networks ===

_SMALL = functools.partial(networks.dcgan, latent_dim=64, filters=32)
_SMALL_CRITIC = functools.partial(_SMALL, discriminator_normalization="none")
_PAPER = functools.partial(networks.dcgan, latent_dim=100, filters=64)
_PAPER_CRITIC = functools.partial(_PAPER, discriminator_normalization="layer")
_PAPER_NO_NORM = functools.partial(_PAPER, discriminator_normalization="none")


_SMALL_INFOGAN = functools.partial(_SMALL_CRITIC, latent_dim=62 + 10 + 2, recognition=10 + 2)


def _small_r3gan(image_shape, **kwargs):
    stages = stages_of(*image_shape[:2]) + 1
    widths = [max(32, 96 >> stage) for stage in range(stages)]
    return networks.r3gan(
        image_shape, widths=widths, cardinalities=[w // 8 for w in widths], blocks=[1] * stages, **kwargs
    )


def _pix2pix(image_shape, source_shape, receptive_field=70, filters=64):
    generator = networks.unet(source_shape, image_shape[-1], filters=filters)
    channels = source_shape[-1]
    return generator, networks.patchgan(
        image_shape, channels, receptive_field=receptive_field, filters=filters
    )


def _cyclegan(image_shape, source_shape, receptive_field=70, filters=64, blocks=None):
    # One network for all sizes, but its number of blocks is the training's size's.
    blocks = blocks or (9 if min(image_shape[:2]) >= 256 else 6)
    shape = (None, None, image_shape[-1])
    translators = [networks.resnet(shape, shape[-1], blocks=blocks, filters=filters) for _ in range(2)]
    critics = [
        networks.patchgan(
            image_shape, receptive_field=receptive_field, filters=filters, normalization="instance"
        )
        for _ in range(2)
    ]
    return *translators, *critics


def _super_resolution(
    image_shape, source_shape, network, judge=networks.srgan_discriminator, other=None, **sizes
):
    factor = image_shape[0] // source_shape[0]
    if other == "compact":
        network = networks.srvggnet
        sizes = {"filters": sizes["filters"], "convolutions": 8} if "filters" in sizes else {}
    return network(factor, image_shape[-1], **sizes), judge(image_shape)


_SMALL_JUDGE = functools.partial(networks.srgan_discriminator, filters=16, units=64)


def _small_progan(image_shape):
    return networks.progan(
        image_shape,
        64,
        filters=[min(64, 768 // (4 << i)) for i in range(int(image_shape[0]).bit_length() - 2)],
    )


_SMALL_STYLE = {"latent_dim": 64, "mapping_layers": 2, "channel_base": 512, "channel_max": 32}
_SMALL_STYLEGAN3 = {**_SMALL_STYLE, "channel_base": 1024, "synthesis_layers": 8}


# === Optimisers and penalties ===


def _adam(rate, beta_1, beta_2, discriminator_rate=None, **parts):
    """Adam for both players, and what else `compile` takes."""
    return {
        "generator_optimizer": Adam(rate, beta_1, beta_2),
        "discriminator_optimizer": Adam(discriminator_rate or rate, beta_1, beta_2),
        **parts,
    }


def _rmsprop(rate, rho=0.9, epsilon=1e-7):
    """RMSprop for both players."""

    def parts(plan):
        return {
            f"{player}_optimizer": keras.optimizers.RMSprop(rate, rho, epsilon=epsilon)
            for player in ("generator", "discriminator")
        }

    return parts


def _paper_r1(plan):
    # The official code adds 10 E||grad||^2, twice what its paper's gamma of 10 says. Its RMSprop divides by
    # sqrt(v) + 1e-8, Keras' by sqrt(v + epsilon).
    return {**_rmsprop(1e-4, 0.99, 1e-16)(plan), "regularizers": [R1Penalty(10.0)]}


def _r1_adam(plan):
    return _adam(2e-3, 0.0, 0.99, regularizers=[R1Penalty(0.1, interval=4)])


def _hinge(plan):
    return _adam(2e-4, 0.0, 0.9, loss="hinge")


def _sngan(begin):
    """SNGAN's: 5 discriminator steps, rates that fall linearly from the `begin`-th generator step."""

    def parts(plan):
        steps = plan.steps
        start = min(begin, steps - 1)
        return {
            "generator_optimizer": Adam(LinearDecay(2e-4, steps, start), 0.0, 0.9),
            "discriminator_optimizer": Adam(LinearDecay(2e-4, 5 * steps, 5 * start), 0.0, 0.9),
            "loss": "hinge",
            "discriminator_steps": 5,
        }

    return parts


def _two_rates(plan):
    return _adam(1e-4, 0.0, 0.9, discriminator_rate=4e-4, loss="hinge")


def _falling(plan):
    """Adam(2e-4, .5) whose rate is constant for half of the steps and then falls to zero."""
    return {
        f"{player}_optimizer": Adam(LinearDecay(2e-4, plan.steps, plan.steps // 2), 0.5)
        for player in ("generator", "discriminator")
    }


def _stairs(plan, pretraining, adversarial):
    """Adam for both players; each phase's rates are (share of all steps at which it begins, rate).

    The discriminator rests in the first phase, and counts its own steps.
    """
    begins, rates = zip(*pretraining, *adversarial, strict=True)
    since = adversarial[0][0]
    of_judge, judge_rates = zip(*((begin - since, rate) for begin, rate in adversarial), strict=True)

    def stairs(begins, rates):
        ends = [round(plan.steps * begin) for begin in begins[1:]]
        return keras.optimizers.schedules.PiecewiseConstantDecay(ends, list(rates))

    return {
        "generator_optimizer": Adam(stairs(begins, rates)),
        "discriminator_optimizer": Adam(stairs(of_judge, judge_rates)),
    }


def _paper_srgan(plan):
    """A million steps of pixel loss, 100,000 of the adversary at 1e-4 and as many at 1e-5."""
    return _stairs(plan, [(0, 1e-4)], [(10 / 12, 1e-4), (11 / 12, 1e-5)])


def _paper_esrgan(plan):
    """2e-4, halved every 200,000 of a million steps of pixel loss; then 1e-4, halved after 50, 100, 200 and 300 thousand."""
    return _stairs(
        plan,
        [(i / 7, 2e-4 / 2**i) for i in range(5)],
        [((1000 + at) / 1400, 1e-4 / 2**i) for i, at in enumerate((0, 50, 100, 200, 300))],
    )


def _grown(plan):
    """The images of a stage for each size from 4 to full and of the fades between them, all alike, in so many steps."""
    stages = plan.side.bit_length() - 2
    images = max(1, plan.steps * plan.batch_size // (2 * stages - 1))
    return {"fade_images": images, "stable_images": images}


def _style(rate, gamma=None, path_length=True, generator_rate=None):
    """The official StyleGAN2's and StyleGAN3's, of a rate and a weight of R1 (None: 0.0002 size^2 / batch)."""

    def parts(plan):
        weight = 0.0002 * plan.side**2 / plan.batch_size if gamma is None else gamma
        # The official code corrects the generator's for its interval even where path length has no weight.
        generator = lazy_adam(rate, 4)
        if generator_rate is not None:
            generator = Adam(generator_rate, 0.0, 0.99, epsilon=1e-8)
        return {
            "generator_optimizer": generator,
            "discriminator_optimizer": lazy_adam(rate, 16),
            "regularizers": [R1Penalty(weight, 16), *([PathLengthPenalty()] * path_length)],
        }

    return parts


def _with_ada(parts, share=None):
    """With ADA whose p can rise to one in a share of the training (None: in the official 500,000 images)."""

    def more(plan):
        images = {} if share is None else {"images": max(1, int(share * plan.steps * plan.batch_size))}
        return {**parts(plan), "augmentation": ADA("bgc", **images)}

    return more


def _blurred(parts, share=None):
    """With StyleGAN3-R's blur, of 10 pixels, gone after a share of the training (None: 200,000 images of batches of 32)."""

    def more(plan):
        steps = 200_000 // 32 if share is None else max(1, int(share * plan.steps))
        made = parts(plan)
        blur = Blur(LinearDecay(10.0, steps))
        return {**made, "augmentation": [*as_list(made.get("augmentation")), blur]}

    return more


def _auto(plan):
    """The official automatic choice, by size and batch."""
    return _with_ada(_style(2e-3 if plan.side >= 1024 else 2.5e-3))(plan)


def _auto_networks(image_shape, **kwargs):
    base = 32768 if image_shape[0] >= 512 else 16384
    return networks.stylegan2(image_shape, mapping_layers=2, channel_base=base, low_precision=4, **kwargs)


def _half_life(images, rampup=None):
    """The moving average's, in images at any batch size."""
    return lambda plan: HalfLife(images, plan.batch_size, rampup=rampup)


def _without_vgg(plan):
    """No perceptual loss, whose network would be downloaded."""
    return _adam(5e-4, 0.9, 0.999, discriminator_rate=2e-4, regularizers=[])


# The official code's transformations, and what they are of p.
_R3GAN_TRANSFORMATIONS = {
    **dict.fromkeys((*GROUPS["blit"], *GROUPS["geom"], *GROUPS["cutout"]), 1.0),
    **dict.fromkeys(GROUPS["color"], 0.5),
}


# R3GAN's schedules end after so many images.
_R3GAN_FALL = 20_000_000


def _r3gan(rate, final_rate, gamma, final_gamma, fall, augmented=None):
    """R3GAN's: rates and gamma fall, beta_2 and the augmentation rise, over the first `fall` images (None: over all)."""

    def parts(plan):
        n = fall // plan.batch_size if fall else plan.steps
        adam = [ScheduledAdam(Cosine(rate, final_rate, n), 0.0, Cosine(0.9, 0.99, n)) for _ in range(2)]
        return {
            "generator_optimizer": adam[0],
            "discriminator_optimizer": adam[1],
            "loss": "relativistic",
            "regularizers": [kind(Cosine(gamma, final_gamma, n)) for kind in (R1Penalty, R2Penalty)],
            "augmentation": augmented and ADA(_R3GAN_TRANSFORMATIONS, p=Cosine(0, augmented, n)),
        }

    return parts


def _half_life_by_batch(plan):
    """Of 10,000 images in batches of 32, and of so many steps in others."""
    return HalfLife(10_000 * plan.batch_size / 32, plan.batch_size, rampup=0.05)


_SMALL_STYLE_PARTS = _with_ada(_style(2.5e-3), 0.5)
_EMA_SMALL = _half_life(2000, rampup=0.05)

# fmt: off
RECIPES = {
    "dcgan": {
        "small": Recipe("DCGAN networks, non-saturating loss, R1", GAN, _SMALL_CRITIC, _r1_adam, steps=3500, ema_decay=0.995),
        "paper": Recipe("DCGAN as in its paper", GAN, _PAPER, dataset="lsun/bedroom", image_size=64, batch_size=128, steps=100_000),
    },
    "lsgan": {
        "small": Recipe("least squares loss", LSGAN, _SMALL, steps=1000, ema_decay=0.995),
        "paper": Recipe("LSGAN on DCGAN networks", LSGAN, _PAPER, dataset="lsun/bedroom", image_size=64, batch_size=64, steps=100_000),
    },
    "wgan": {
        "small": Recipe("Wasserstein loss, weight clipping", WGAN, _SMALL_CRITIC, _rmsprop(5e-4), steps=400, ema_decay=0.99),  # the paper's rate changes little in 400 steps
        "paper": Recipe("WGAN on DCGAN networks", WGAN, _PAPER, dataset="lsun/bedroom", image_size=64, batch_size=64, steps=100_000),
    },
    "wgan-gp": {
        "small": Recipe("Wasserstein loss, gradient penalty", WGANGP, _SMALL_CRITIC, steps=400, ema_decay=0.99),
        "paper": Recipe("WGAN-GP on DCGAN networks", WGANGP, _PAPER_CRITIC, dataset="lsun/bedroom", image_size=64, batch_size=64, steps=200_000),
    },
    "sngan": {
        "small": Recipe("hinge, spectral normalisation, residual", GAN, functools.partial(networks.sngan, latent_dim=64, filters=16), _hinge, steps=1500, ema_decay=0.995),
        "paper": Recipe("SNGAN, 5 discriminator steps", GAN, networks.sngan, _sngan(0), dataset="cifar10", image_size=32, steps=50_000),
    },
    "sagan": {
        "small": Recipe("SNGAN with self-attention, two rates", GAN, functools.partial(networks.sagan, latent_dim=64, filters=16), _two_rates, steps=1500, ema_decay=0.995),
        "paper": Recipe("SAGAN by class, two rates", ConditionalGAN, networks.sagan, _two_rates, dataset="imagenet_resized/64x64", image_size=64, batch_size=256, steps=1_000_000, labels=True),
    },
    "dragan": {
        "small": Recipe("non-saturating loss, DRAGAN's penalty", GAN, _SMALL_CRITIC, lambda plan: _adam(1e-3, 0.5, 0.9, regularizers=[DRAGANPenalty(10.0)]), steps=1000, ema_decay=0.995),
        "paper": Recipe("DRAGAN on DCGAN networks", GAN, _PAPER_NO_NORM, lambda plan: _adam(1e-4, 0.5, 0.9, regularizers=[DRAGANPenalty(10.0)]), dataset="celeb_a", image_size=64, batch_size=64, steps=100_000),
    },
    "r1": {
        "small": Recipe("non-saturating loss, R1 at every step", GAN, _SMALL_CRITIC, lambda plan: _adam(2e-3, 0.0, 0.99, regularizers=[R1Penalty(0.1)]), steps=2000, ema_decay=0.995),
        "paper": Recipe("R1 as in its paper", GAN, networks.gan_stability, _paper_r1, dataset="lsun/bedroom", image_size=256, batch_size=64, steps=300_000),
    },
    "r3gan": {
        "small": Recipe("relativistic pairing, R1, R2, residual", GAN, _small_r3gan, _r3gan(1e-3, 1e-4, 0.2, 0.1, None), steps=1500, ema_decay=0.995),
        "paper": Recipe("R3GAN for CIFAR-10", ConditionalGAN, networks.r3gan, _r3gan(2e-4, 5e-5, 0.05, 0.005, _R3GAN_FALL, augmented=0.55), dataset="cifar10", image_size=32, batch_size=512, steps=200_000, ema_decay=lambda plan: HalfLife(Cosine(0, 5_000_000, _R3GAN_FALL // plan.batch_size), plan.batch_size), labels=True),
    },
    "cgan": {
        "small": Recipe("classes, concatenated", ConditionalGAN, _SMALL_CRITIC, _r1_adam, steps=2500, ema_decay=0.995, labels=True),
        "paper": Recipe("conditional DCGAN", ConditionalGAN, _PAPER, dataset="mnist", batch_size=128, steps=50_000, labels=True),
    },
    "acgan": {
        "small": Recipe("classes, an auxiliary classifier", ACGAN, functools.partial(_SMALL_CRITIC, conditioning="auxiliary"), _r1_adam, steps=2500, ema_decay=0.995, labels=True),
        "paper": Recipe("ACGAN on DCGAN networks", ACGAN, functools.partial(_PAPER, conditioning="auxiliary"), dataset="cifar10", image_size=32, batch_size=100, steps=50_000, labels=True),
    },
    "projection": {
        "small": Recipe("classes, projection and conditional BN", ConditionalGAN, functools.partial(_SMALL_CRITIC, conditioning="projection"), _r1_adam, steps=2500, ema_decay=0.995, labels=True),
        "paper": Recipe("projection discriminator, residual", ConditionalGAN, networks.sngan, _sngan(200_000), dataset="imagenet_resized/64x64", image_size=64, steps=250_000, labels=True),
    },
    "infogan": {
        "small": Recipe("finds classes without labels", InfoGAN, _SMALL_INFOGAN, _r1_adam, steps=2500, ema_decay=0.995),
        "paper": Recipe("InfoGAN on MNIST", InfoGAN, networks.infogan, lambda plan: _adam(1e-3, 0.5, 0.999, discriminator_rate=2e-4), dataset="mnist", batch_size=128, steps=5_000),
    },
    "progan": {
        "small": Recipe("grows from 4 x 4 to 32 x 32", ProGAN, _small_progan, image_size=32, batch_size=16, steps=5000, ema_decay=0.995, options=_grown),
        "paper": Recipe("ProGAN as in its paper", ProGAN, networks.progan, dataset="folder:celeba_hq", image_size=1024, batch_size=64, steps=937_500, options=lambda plan: {"fade_images": 600_000, "stable_images": 600_000, "batch_sizes": {4: 16, 8: 16, 16: 16, 32: 16, 64: 16, 128: 16, 256: 16, 512: 8, 1024: 4}}),
    },
    "stylegan": {
        "small": Recipe("styles by AdaIN, noise, mixing", StyleGAN, functools.partial(networks.stylegan, **_SMALL_STYLE), lambda plan: _adam(2e-3, 0.0, 0.99, regularizers=[R1Penalty(0.1, 4)]), image_size=32, batch_size=16, steps=3000, ema_decay=_EMA_SMALL),
        "paper": Recipe("StyleGAN on FFHQ, at its full size", StyleGAN, networks.stylegan, lambda plan: _adam(2e-3, 0.0, 0.99, regularizers=[R1Penalty(10.0)]), dataset="folder:ffhq", image_size=1024, batch_size=32, steps=780_000, ema_decay=_half_life(10_000)),
    },
    "stylegan2": {
        "small": Recipe("modulated convolutions, path length, ADA", StyleGAN2, functools.partial(networks.stylegan2, **_SMALL_STYLE), _SMALL_STYLE_PARTS, image_size=32, batch_size=16, steps=3000, ema_decay=_EMA_SMALL),
        "paper": Recipe("StyleGAN2 on FFHQ (configuration F)", StyleGAN2, functools.partial(networks.stylegan2, low_precision=4), _style(2e-3, 10.0), dataset="folder:ffhq", image_size=1024, batch_size=32, steps=780_000, ema_decay=_half_life(10_000)),
    },
    "stylegan2-auto": {
        "small": Recipe("as stylegan2", StyleGAN2, functools.partial(networks.stylegan2, **_SMALL_STYLE), _SMALL_STYLE_PARTS, image_size=32, batch_size=16, steps=3000, ema_decay=_EMA_SMALL),
        "paper": Recipe("StyleGAN2-ADA's choice by size and batch", StyleGAN2, _auto_networks, _auto, dataset="folder:pictures", image_size=128, batch_size=32, steps=780_000, ema_decay=_half_life_by_batch),
    },
    "stylegan2-256": {
        "small": Recipe("as stylegan2", StyleGAN2, functools.partial(networks.stylegan2, **_SMALL_STYLE), _SMALL_STYLE_PARTS, image_size=32, batch_size=16, steps=3000, ema_decay=_EMA_SMALL),
        "paper": Recipe("StyleGAN2-ADA's paper256", StyleGAN2, functools.partial(networks.stylegan2, channel_base=16384, group_size=8, low_precision=4), _with_ada(_style(2.5e-3, 1.0)), dataset="folder:ffhq", image_size=256, batch_size=64, steps=390_000, ema_decay=_half_life(20_000)),
    },
    "stylegan2-cifar": {
        "small": Recipe("by class, without path length or mixing", StyleGAN2, functools.partial(networks.stylegan2, **_SMALL_STYLE, discriminator_architecture="orig"), _with_ada(_style(2.5e-3, 0.01, path_length=False), 0.5), image_size=32, batch_size=16, steps=3000, ema_decay=_EMA_SMALL, labels=True, options=lambda plan: {"style_mixing": 0.0}),
        "paper": Recipe("StyleGAN2-ADA on CIFAR-10, by class", StyleGAN2, functools.partial(networks.stylegan2, mapping_layers=2, discriminator_architecture="orig", group_size=32, low_precision=4), _with_ada(_style(2.5e-3, 0.01, path_length=False)), dataset="cifar10", image_size=32, batch_size=64, steps=1_560_000, ema_decay=_half_life(500_000, rampup=0.05), labels=True, options=lambda plan: {"style_mixing": 0.0}),
    },
    "stylegan3-t": {
        "small": Recipe("alias-free, follows translations", StyleGAN3, functools.partial(networks.stylegan3, **_SMALL_STYLEGAN3), _style(2e-3, None, False, 2.5e-3), image_size=32, batch_size=16, steps=1500, ema_decay=_EMA_SMALL),
        "paper": Recipe("StyleGAN3-T on FFHQ", StyleGAN3, functools.partial(networks.stylegan3, low_precision=4), _style(2e-3, 32.8, False, 2.5e-3), dataset="folder:ffhq", image_size=1024, batch_size=32, steps=780_000, ema_decay=_half_life_by_batch),
    },
    "stylegan3-r": {
        "small": Recipe("alias-free, follows rotations too", StyleGAN3, functools.partial(networks.stylegan3, configuration="r", **_SMALL_STYLEGAN3), _blurred(_style(2e-3, None, False, 2.5e-3), 0.01), image_size=32, batch_size=16, steps=1500, ema_decay=_EMA_SMALL),
        "paper": Recipe("StyleGAN3-R on FFHQ", StyleGAN3, functools.partial(networks.stylegan3, configuration="r", low_precision=4), _blurred(_style(2e-3, 32.8, False, 2.5e-3)), dataset="folder:ffhq", image_size=1024, batch_size=32, steps=780_000, ema_decay=_half_life_by_batch),
    },
    "pix2pix": {
        "small": Recipe("image to image, from pairs", Pix2Pix, functools.partial(_pix2pix, receptive_field=34, filters=32), _falling, dataset="--a, --b", image_size=64, batch_size=16, steps=1500, ema_decay=None, data="pairs"),
        "paper": Recipe("Pix2Pix as in its paper", Pix2Pix, _pix2pix, _falling, dataset="--a, --b", image_size=286, crop=256, batch_size=1, steps=80_000, ema_decay=None, data="pairs"),
    },
    "cyclegan": {
        "small": Recipe("image to image, from unpaired ones", CycleGAN, functools.partial(_cyclegan, receptive_field=34, filters=24, blocks=4), _falling, dataset="--a, --b", image_size=64, batch_size=4, steps=2000, ema_decay=None, data="unpaired"),
        "paper": Recipe("CycleGAN as in its paper", CycleGAN, _cyclegan, _falling, dataset="cycle_gan/horse2zebra", image_size=286, crop=256, batch_size=1, steps=260_000, ema_decay=None, data="unpaired"),
    },
    "srgan": {
        "small": Recipe("twice as large, without VGG", SRGAN, functools.partial(_super_resolution, network=networks.srresnet, filters=32, blocks=4, judge=_SMALL_JUDGE), _without_vgg, image_size=28, batch_size=16, steps=1500, ema_decay=None, data="low_high", factor=2, options=lambda plan: {"pretraining_steps": plan.steps * 2 // 3, "pixel_weight": 1.0}),
        "paper": Recipe("SRGAN x4 as in its paper", SRGAN, functools.partial(_super_resolution, network=networks.srresnet), _paper_srgan, dataset="folder:DIV2K_train_HR", crop=96, batch_size=16, steps=1_200_000, ema_decay=None, data="low_high", factor=4, options=lambda plan: {"pretraining_steps": plan.steps * 5 // 6}),
    },
    "esrgan": {
        "small": Recipe("twice as large, relativistic, without VGG", ESRGAN, functools.partial(_super_resolution, network=networks.rrdbnet, filters=16, blocks=2, growth=8, judge=_SMALL_JUDGE), _without_vgg, image_size=28, batch_size=16, steps=1500, ema_decay=0.99, data="low_high", factor=2, options=lambda plan: {"pretraining_steps": plan.steps * 2 // 3, "pixel_weight": 1.0}),
        "paper": Recipe("ESRGAN x4 as in its paper", ESRGAN, functools.partial(_super_resolution, network=networks.rrdbnet, judge=networks.esrgan_discriminator), _paper_esrgan, dataset="folder:DIV2K_train_HR", crop=128, batch_size=16, steps=1_400_000, ema_decay=0.999, data="low_high", factor=4, options=lambda plan: {"pretraining_steps": plan.steps * 5 // 7}),
    },
}
# fmt: on


def get(name, scale="small"):
    """Return the `Recipe` of a name and scale.

    Raises:
        ValueError: for unknown ones; the message lists those that exist.

    Example:
    >>> keras_gan.recipes.get("wgan-gp").model.__name__
    'WGANGP'
    """
    recipe_list.get(name, scale)
    return RECIPES[name][scale]


def build(
    name,
    image_shape,
    scale="small",
    *,
    seed=0,
    num_classes=None,
    steps=None,
    loss=None,
    augmentation=None,
    jit_compile="auto",
    init_from=None,
    frozen_blocks=0,
    metrics=(),
    source_shape=None,
    network=None,
    batch_size=None,
):
    """Build and compile the model of a recipe.

    Args:
        name, scale: as in `get`.
        image_shape: (height, width, channels) of the data.
        seed: int; seeds the initial weights too.
        num_classes: int, for recipes that train on labels.
        steps: int, generator steps that schedules are made for. Default: the recipe's.
        loss: alias or loss, to replace the recipe's own; None keeps it.
        augmentation: alias or augmentation, or a list, the same; "none" for no augmentation (but StyleGAN3-R's blur).
        jit_compile: as in `GAN.compile`.
        init_from: path of a run folder or `.keras` file whose networks' weights to begin with.
        frozen_blocks: int, how many of the discriminator's first blocks to freeze (FreezeD).
        metrics: as in `GAN.compile`.
        source_shape: (height, width, channels) of the images that a model from image to image is given.
        network: "compact" for Real-ESRGAN's small generator in recipes of super-resolution, or None for their own.
        batch_size: int, by which averages, penalties and stages that count images are reckoned. Default: the recipe's.

    Returns:
        A compiled `GAN`.

    Raises:
        ValueError: for unknown names, for labels that are missing, and where the weights of
            `init_from` do not fit.

    Example:
    >>> gan = keras_gan.recipes.build("dcgan", (28, 28, 1))
    >>> gan.adversarial_loss
    NonSaturatingLoss(label_smoothing=0.0, two_sided=False)
    """
    recipe = get(name, scale)
    if recipe.labels and num_classes is None:
        raise ValueError(
            f"The recipe {name!r} trains on classes, and the data has none. Use data with labels, such as "
            "mnist_5k or a folder with one sub-folder a class, or a recipe without: dcgan, r1."
        )
    if network is not None and (recipe.data != "low_high" or network != "compact"):
        raise ValueError(
            f'`network` must be "compact", in recipes of super-resolution. Received: {network!r} in {name!r}'
        )
    classes = {"num_classes": num_classes} if recipe.labels else {}
    keras.utils.set_random_seed(seed)
    if recipe.data == "images":
        chosen = recipe.networks(image_shape, **classes)
    elif source_shape is None:
        raise ValueError(f"The recipe {name!r} is from image to image: give the `source_shape` too.")
    else:
        other = {} if network is None else {"other": network}
        chosen = recipe.networks(image_shape, source_shape, **other)
    plan = Plan(steps or recipe.steps, image_shape[0], batch_size or recipe.batch_size)
    ema_decay = recipe.ema_decay(plan) if callable(recipe.ema_decay) else recipe.ema_decay
    gan = recipe.model(*chosen, ema_decay=ema_decay, seed=seed, **classes, **recipe.options(plan))
    if init_from is not None:
        _copy_weights(load_model(init_from), gan, init_from)
    if frozen_blocks:
        networks.freeze_blocks(gan.discriminator, frozen_blocks)
    parts = recipe.parts(plan)
    if loss is not None:
        parts["loss"] = loss
    if augmentation is not None:
        # StyleGAN3-R begins blurred whatever the data are augmented by.
        blur = [part for part in as_list(parts.get("augmentation")) if isinstance(part, Blur)]
        parts["augmentation"] = [*([] if augmentation == "none" else as_list(augmentation)), *blur]
    gan.compile(**parts, metrics=list(metrics), jit_compile=jit_compile)
    return gan


def _copy_weights(source, target, path):
    """Copy the weights of all three networks; where the classes are others, all but what is of the classes alone."""
    classes = [getattr(gan, "num_classes", None) for gan in (source, target)]
    for name in ("generator", "discriminator", "ema_generator"):
        theirs, mine = getattr(source, name).weights, getattr(target, name).weights
        other = [i for i, (a, b) in enumerate(zip(theirs, mine)) if a.shape != b.shape]
        of_classes = None not in classes and classes[0] != classes[1] and len(theirs) == len(mine)
        if len(theirs) != len(mine) or (other and not of_classes):
            raise ValueError(_misfit(name, path, source, target, classes))
        if other and not all(_of_classes(theirs[i].shape, mine[i].shape, *classes) for i in other):
            raise ValueError(_misfit(name, path, source, target, classes))
        for i, (a, b) in enumerate(zip(theirs, mine, strict=True)):
            if i not in other:
                b.assign(a.numpy())
        if other and name == "generator":
            print(
                f"{path} has {classes[0]} classes, these data {classes[1]}: all weights are taken but those of the classes "
                "alone, which begin anew."
            )


def _of_classes(theirs, mine, of_theirs, of_mine):
    """Whether two shapes differ by the number of classes along one axis alone, or that much beside other inputs."""
    differ = [(a, b) for a, b in zip(theirs, mine) if a != b]
    return (
        len(theirs) == len(mine) and len(differ) == 1 and differ[0][0] - differ[0][1] == of_theirs - of_mine
    )


def _misfit(name, path, source, target, classes):
    ours, theirs = (f"{len(getattr(gan, name).weights)} weights" for gan in (target, source))
    shapes = [tuple(gan.generator.output_shape[1:]) for gan in (source, target)]
    why = f"it makes images of {shapes[0]}, this one of {shapes[1]}." if shapes[0] != shapes[1] else ""
    if None in classes and classes[0] != classes[1]:
        why += f" It has {classes[0] or 'no'} classes, this one {classes[1] or 'none'}."
    return (
        f"The {name} of {path} does not fit ({theirs} there, {ours} here): {why or 'its layers have other sizes.'} Use a "
        "recipe with the same networks, at the same --scale, --image-size and --channels."
    )
