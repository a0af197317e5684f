"""3D-GAN."""

import keras

from keras_gan.modalities import Voxels
from keras_gan.models import checks
from keras_gan.models.gan import GAN
from keras_gan.networks.outputs import first
from keras_gan.optimizers import Adam
from keras_gan.regularizers import AccuracyLimit


@keras.saving.register_keras_serializable("keras_gan")
class GAN3D(GAN):
    """Generates shapes of voxels.

    Adam(2.5e-3, 0.5) for the generator, Adam(1e-5, 0.5) for the discriminator, which is not updated while its
    accuracy is above 80%. `generate` returns occupancies, float32 arrays of shape (n, size, size, size, 1) in
    [0, 1]; sample grids are rendered.

    Args:
        generator, discriminator: such as both networks of `networks.gan3d`.
        num_classes: int, or condition: as in `ConditionalGAN`, for networks that take one.
        others: as in `GAN`.

    Example:
    >>> gan = keras_gan.GAN3D(*keras_gan.networks.gan3d(16, 4, filters=2))
    >>> gan.compile()
    >>> cubes = np.zeros((8, 16, 16, 16, 1), "float32")
    >>> cubes[:, 4:12, 4:12, 4:12] = 1
    >>> history = gan.fit(cubes, batch_size=4, verbose=0)
    >>> gan.generate(2, seed=0).shape
    (2, 16, 16, 16, 1)

    Reference: Wu et al., "Learning a Probabilistic Latent Space of Object Shapes via 3D Generative-Adversarial Modeling", 2016,
    https://arxiv.org/abs/1610.07584
    """

    def __init__(self, generator, discriminator, *, num_classes=None, condition=None, **kwargs):
        if isinstance(getattr(generator, "input_shape", None), list) or num_classes or condition is not None:
            condition = checks.chosen_condition(condition, num_classes, generator, type(self).__name__)
        if kwargs.get("modality") is None:
            kwargs["modality"] = Voxels(first(discriminator.input_shape)[1:])
        super().__init__(generator, discriminator, condition=condition, **kwargs)

    def get_config(self):
        return checks.with_num_classes(super().get_config(), self.condition)

    def defaults(self):
        return {
            **super().defaults(),
            "regularizers": [AccuracyLimit(0.8)],
            "generator_optimizer": Adam(2.5e-3, beta_1=0.5),
            "discriminator_optimizer": Adam(1e-5, beta_1=0.5),
        }
