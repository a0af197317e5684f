"""Adaptive discriminator augmentation."""

import keras

from keras_gan.augmentations import ada_pipe
from keras_gan.augmentations.adaptive import AdaptiveAugmentation

# The official names: the first letters of the groups.
PRESETS = {
    **{group: (group,) for group in ada_pipe.GROUPS},
    "bg": ("blit", "geom"),
    "bgc": ("blit", "geom", "color"),
    "bgcf": ("blit", "geom", "color", "filter"),
    "bgcfn": ("blit", "geom", "color", "filter", "noise"),
    "bgcfnc": tuple(ada_pipe.GROUPS),
}


@keras.saving.register_keras_serializable("keras_gan")
class ADA(AdaptiveAugmentation):
    """Applies transformations to all images that the discriminator sees, each with an adaptive probability p.

    p rises while more than (1 + target) / 2 of the real images have a positive logit, and falls otherwise.
    Each transformation is applied to each image independently. The generator does not learn the
    transformations as long as p stays below about 0.8.

    Args:
        transformations: a preset of the official code ("bgc", the default: pixel blitting, geometry and colour;
            "blit", "geom", "color", "filter", "noise", "cutout", "bg", "bgcf", "bgcfn", "bgcfnc"), or a dict
            from names of `keras_gan.augmentations.ada_pipe.TRANSFORMATIONS` to factors of p.
        p, target, images, interval: of the controller. With p=None it adapts p to bring E[sign D(real)] to
            `target` (0.6): at every `interval`-th (4) step, and from 0 to 1 in `images` (500,000) at the
            fastest. A float or schedule, such as `schedules.Cosine(0, 0.3, steps)`, sets p itself.

    The logs contain `augment_p` and `real_sign`, E[sign D(real)].

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=8))
    >>> gan.compile(augmentation=keras_gan.augmentations.ADA("bgc", images=50_000))
    >>> images = np.random.uniform(-1, 1, (32, 28, 28, 1)).astype("float32")
    >>> "augment_p" in gan.fit(images, verbose=0).history
    True

    Reference: Karras et al., "Training Generative Adversarial Networks with Limited Data", 2020,
    https://arxiv.org/abs/2006.06676
    """

    def __init__(self, transformations="bgc", p=None, target=0.6, images=500_000, interval=4):
        super().__init__(p, target, images, interval)
        if isinstance(transformations, str):
            if transformations not in PRESETS:
                raise ValueError(
                    f"`transformations` must be one of {sorted(PRESETS)}, or a dict. Received: {transformations!r}"
                )
            names = [name for group in PRESETS[transformations] for name in ada_pipe.GROUPS[group]]
            self.factors = dict.fromkeys(names, 1.0)
        else:
            self.factors = dict(transformations)
            unknown = [name for name in self.factors if name not in ada_pipe.TRANSFORMATIONS]
            if unknown or not self.factors:
                raise ValueError(f"There are {ada_pipe.TRANSFORMATIONS}. Received: {unknown}")
            if not all(0 <= factor <= 1 for factor in self.factors.values()):
                raise ValueError(f"Factors of p must be in [0, 1]. Received: {self.factors}")
        self.transformations = transformations

    def transform(self, images, draws, strength, colors=True):
        moving = (*ada_pipe.GROUPS["blit"], *ada_pipe.GROUPS["geom"], *ada_pipe.GROUPS["cutout"])
        names = [name for name in self.factors if colors or name in moving]
        return ada_pipe.augment(images, {name: self.factors[name] * strength for name in names}, draws)
