"""ProGAN."""

import keras
import tensorflow as tf

from keras_gan import replicas
from keras_gan.arguments import check_int
from keras_gan.models.gan import GAN
from keras_gan.networks.progan import ProGANDiscriminator, ProGANGenerator, double, half
from keras_gan.optimizers import Adam
from keras_gan.regularizers import DriftPenalty, GradientPenalty


@keras.saving.register_keras_serializable("keras_gan")
class ProGAN(GAN):
    """Progressive GAN: grows from 4 x 4 to the full size in one `fit`.

    The first stage lasts `stable_images` real images; each later stage fades in over `fade_images` and then
    lasts `stable_images`. Real images are downscaled, and blended as the generated ones are. All weights and
    optimiser states exist from the start, so that none is lost when a stage begins. Defaults: WGAN-GP with
    weight 10 and drift 0.001, one critic step, Adam(0.001, 0, 0.99).

    It also logs `image_size` and `alpha`, the weight of the newest layers.

    Args:
        generator, discriminator: the networks of `networks.progan(...)`.
        fade_images, stable_images: ints, numbers of real images shown. Default 600,000 (the official code)
            each.
        batch_sizes: dict from image size to batch size, for stages with smaller batches than the data set's.
            The data set's batch is then split, and its size must be a multiple; a step of `fit` makes a step
            for each part.
            Default: the data set's batch size for all stages.
        ema_decay, seed: as in `GAN`.

    Example:
    >>> networks = keras_gan.networks.progan((16, 16, 3), latent_dim=8, filters=[16, 16, 8])
    >>> gan = keras_gan.ProGAN(*networks, fade_images=64, stable_images=64, batch_sizes={16: 8})
    >>> gan.compile()
    >>> images = np.random.uniform(-1, 1, (64, 16, 16, 3)).astype("float32")
    >>> history = gan.fit(images, batch_size=16, epochs=5, verbose=0)
    >>> [round(size) for size in history.history["image_size"]]
    [4, 8, 8, 16, 16]

    Reference: Karras et al., "Progressive Growing of GANs for Improved Quality, Stability, and Variation", 2018,
    https://arxiv.org/abs/1710.10196
    """

    def __init__(
        self,
        generator,
        discriminator,
        *,
        fade_images=600_000,
        stable_images=600_000,
        batch_sizes=None,
        **kwargs,
    ):
        for name, value in (("fade_images", fade_images), ("stable_images", stable_images)):
            check_int(value, name)
        super().__init__(generator, discriminator, **kwargs)
        self.fade_images, self.stable_images = fade_images, stable_images
        # JSON does not support numbers as keys.
        self.batch_sizes = {int(size): batch for size, batch in (batch_sizes or {}).items()}
        unknown = [size for size in self.batch_sizes if size not in generator.sizes]
        if unknown or not all(isinstance(b, int) and b >= 1 for b in self.batch_sizes.values()):
            raise ValueError(
                f"`batch_sizes` is a dict from sizes of {generator.sizes} to positive ints. Received: {batch_sizes!r}"
            )
        self.state.add("images_shown", needed=True)
        # Stage of the latest step, which `generate` uses until the next step; that may begin another stage.
        self.state.add("stage", needed=True)
        self._show(0)
        self._set_alpha()

    def get_config(self):
        config = {
            "fade_images": self.fade_images,
            "stable_images": self.stable_images,
            "batch_sizes": {str(size): batch for size, batch in self.batch_sizes.items()},
        }
        return {**super().get_config(), **config}

    def check_networks(self, generator, discriminator):
        if not (isinstance(generator, ProGANGenerator) and isinstance(discriminator, ProGANDiscriminator)):
            raise ValueError(
                "ProGAN grows the networks of `keras_gan.networks.progan`. Received: "
                f"{type(generator).__name__} and {type(discriminator).__name__}"
            )
        super().check_networks(generator, discriminator)

    def defaults(self):
        def adam():
            return Adam(1e-3, beta_1=0.0, beta_2=0.99, epsilon=1e-8)

        return {
            **super().defaults(),
            "loss": "wasserstein",
            "regularizers": [GradientPenalty(10.0), DriftPenalty(0.001)],
            "generator_optimizer": adam(),
            "discriminator_optimizer": adam(),
        }

    # === Stages ===

    @property
    def images_to_full_size(self):
        """Number of real images until the end of all stages, the last one included."""
        stages = len(self.generator.sizes)
        return stages * self.stable_images + (stages - 1) * self.fade_images

    def begin_of(self, stage):
        """Number of real images shown when a stage begins."""
        return stage and self.stable_images + (stage - 1) * (self.fade_images + self.stable_images)

    def stage_at(self, step):
        # Stages depend on the number of images shown, because a step may show more or fewer images.
        shown = int(self.state.images_shown.numpy())
        return max(s for s in range(len(self.generator.sizes)) if self.begin_of(s) <= shown)

    def enter_stage(self):
        if self.steps_per_execution > 1:
            raise ValueError(
                "ProGAN changes its graph when a stage begins, and needs steps_per_execution=1. Received: "
                f"{self.steps_per_execution}"
            )
        before = self._compiled_stage
        super().enter_stage()
        self.state.stage.assign(self.stage)
        self._show(self.stage)
        if self.stage != before:
            self.test_function = self.predict_function = None

    def _show(self, stage):
        self.stage = stage
        for network in (self.generator, self.ema_generator, self.discriminator):
            network.stage = stage

    def load_own_variables(self, store):
        super().load_own_variables(store)
        self._show(int(self.state.stage.numpy()))
        self.test_function = self.predict_function = None

    def _take_parts(self, **parts):
        # The optimisers are built with the weights of all stages.
        stage, self.stage = self.stage, None
        super()._take_parts(**parts)
        self.stage = stage

    def variables_of(self, player):
        network = getattr(self, player)
        return network.trainable_variables if self.stage is None else network.stage_variables()

    def _set_alpha(self):
        """Set the weight of the newest layers from the number of images shown."""
        alpha = tf.ones(())
        if self.stage:
            since = self.state.images_shown.value - self.begin_of(self.stage)
            alpha = tf.clip_by_value(tf.cast(since, "float32") / self.fade_images, 0.0, 1.0)
        for network in (self.generator, self.ema_generator, self.discriminator):
            network.alpha.assign(alpha)

    # === The update ===

    @property
    def figure_names(self):
        return [*super().figure_names, "image_size", "alpha"]

    def arrange(self, batch, training=True):
        """In training, scale real images to the stage's size, and blend them as generated images are."""
        if not training:
            return batch
        self._set_alpha()
        images = self.discriminator.shrink(batch["image"])
        if self.stage:
            images = self.generator.blend(double(half(images)), images)
        return {**batch, "image": images}

    def step(self, batch):
        """One step for each part of the batch, of the stage's batch size."""
        count = batch["image"].shape[0]
        wanted = self.batch_sizes.get(self.generator.size)
        parts = 1
        if wanted is not None:
            shown = (
                None if count is None else count * replicas.count_and_index()[0] // self.discriminator_steps
            )
            if shown is None or (shown % wanted and shown > wanted):
                raise ValueError(
                    f"The data set's batch must be a multiple of batch_sizes[{self.generator.size}] = "
                    f"{wanted}, and known. Received: a batch of {shown}. Data sets of `keras_gan.data` have "
                    "batches of a known size."
                )
            parts = max(shown // wanted, 1)
        rounds = []
        for j in range(parts):
            part = {name: values[j::parts] for name, values in batch.items()} if parts > 1 else batch
            figures = super().step(part)
            figures |= {"image_size": self.generator.size, "alpha": self.generator.alpha.value}
            rounds.append({name: tf.cast(value, "float32") for name, value in figures.items()})
            seen = tf.shape(part["image"])[0] * replicas.count_and_index()[0]
            self.state.images_shown.assign_add(tf.cast(seen, "int64"))
        return {name: sum(figures[name] for figures in rounds) / parts for name in rounds[0]}
