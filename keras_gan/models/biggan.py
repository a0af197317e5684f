"""BigGAN."""

import keras
import tensorflow as tf

from keras_gan.arguments import check_int
from keras_gan.models.conditional_gan import ConditionalGAN
from keras_gan.models.generative import inputs_of
from keras_gan.networks.outputs import first
from keras_gan.noise import TruncatedNormal
from keras_gan.optimizers import Adam
from keras_gan.regularizers import OrthogonalPenalty
from keras_gan.schedules import Delayed

LATE = Delayed(0.9999, 20_000)


@keras.saving.register_keras_serializable("keras_gan")
class BigGAN(ConditionalGAN):
    """BigGAN: class-conditional, with large batches, truncated latents and orthogonal regularisation.

    Defaults: hinge loss; `TruncatedNormal` latents, in training too, which `truncation` cuts further;
    orthogonal regularisation of the generator with the official code's 1e-4; two discriminator steps;
    Adam(5e-5, 0, 0.999) for the generator, 2e-4 for the discriminator; a moving average from step 20,000 on.

    For batches that do not fit into memory, pass `optimizers.Adam(..., gradient_accumulation_steps=8)` for
    both players. A step then processes one of eight parts of the batch: give `Delayed` eight times the steps.
    Batch normalisation uses the statistics of one part, and each part of the generator's gradient uses the
    discriminator as it was at that part.

    Args:
        generator, discriminator: such as `networks.biggan(...)` or `networks.biggan_deep(...)`.
        num_classes, condition: as in `ConditionalGAN`.
        noise: as in `GAN`. Default `TruncatedNormal(latent_dim)`.
        ema_decay: as in `GAN`. Default `schedules.Delayed(0.9999, 20_000)`.
        seed: as in `GAN`.

    Example:
    >>> networks = keras_gan.networks.biggan((32, 32, 3), num_classes=4, filters=2, discriminator_filters=2)
    >>> gan = keras_gan.BigGAN(*networks, num_classes=4)
    >>> gan.compile()
    >>> gan.generate(4, labels=3, truncation=0.5, seed=0).shape
    (4, 32, 32, 3)

    Reference: Brock et al., "Large Scale GAN Training for High Fidelity Natural Image Synthesis", 2019,
    https://arxiv.org/abs/1809.11096
    """

    def __init__(self, generator, discriminator, *, ema_decay=LATE, **kwargs):
        super().__init__(generator, discriminator, ema_decay=ema_decay, **kwargs)

    @property
    def noise(self):
        return self._noise or TruncatedNormal(first(self.generator.input_shape)[1:])

    def defaults(self):
        return {
            **super().defaults(),
            "loss": "hinge",
            "regularizers": [OrthogonalPenalty(0.5e-4, embeddings=True)],
            "discriminator_steps": 2,
            "generator_optimizer": Adam(5e-5, beta_1=0.0, beta_2=0.999, epsilon=1e-6),
            "discriminator_optimizer": Adam(2e-4, beta_1=0.0, beta_2=0.999, epsilon=1e-6),
        }

    def standing_statistics(self, passes=16, batch_size=64, truncation=1.0, seed=0):
        """Recompute the batch normalisation statistics of `ema_generator` from batches that it generates.

        The batches are generated at a truncation, with random classes. The moving statistics of training come
        from other latents and from a generator that was changing. All images generated later use the new
        statistics, whatever their truncation, until the next training step copies those of training again.

        Args:
            passes: int, number of batches. Default 16.
            batch_size: int.
            truncation, seed: as in `generate`.
        """
        check_int(passes, "passes")
        check_int(batch_size, "batch_size")
        seed, network = self.checked_seed(1, seed, truncation), self.ema_generator
        if network is self.generator:
            raise ValueError(
                "Training's own statistics would be lost: `ema_decay=None` leaves no other generator."
            )
        layers = [
            layer for layer in network._flatten_layers() if isinstance(layer, keras.layers.BatchNormalization)
        ]
        statistics = {id(v) for layer in layers for v in layer.non_trainable_variables}
        before = [(v, v.numpy()) for v in network.weights]
        momenta = [layer.momentum for layer in layers]
        network.trainable = True
        try:
            for i in range(passes):
                for layer in layers:
                    # The mean of all passes so far.
                    layer.momentum = i / (i + 1)
                latents = tf.constant(self.sample_latents(batch_size, seed + i, truncation))
                labels = self.condition.draw(batch_size, tf.constant(seed + i, "int64"))
                network(inputs_of(network, latents, labels), training=True)
            # The passes have changed the vectors of spectral normalisation too: restore those.
            before = [(v, value) for v, value in before if id(v) not in statistics]
        finally:
            network.trainable = False
            for layer, momentum in zip(layers, momenta, strict=True):
                layer.momentum = momentum
            for variable, value in before:
                variable.assign(value)
