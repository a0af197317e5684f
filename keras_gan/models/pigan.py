"""pi-GAN."""

import keras
import numpy as np

from keras_gan.arguments import check_int
from keras_gan.models.gan import GAN
from keras_gan.networks.outputs import first
from keras_gan.noise import NormalAndView
from keras_gan.optimizers import Adam
from keras_gan.regularizers import R1Penalty


@keras.saving.register_keras_serializable("keras_gan")
class PiGAN(GAN):
    """Learns 3D volumes from single images with unknown views.

    Defaults: non-saturating loss, R1(10), Adam(5e-5, 0, 0.9) for the generator and Adam(2e-4, 0, 0.9) for the
    discriminator. `generate` renders random views, `views` renders volumes from given cameras, and
    `densities` returns the volumes themselves.

    Args:
        generator, discriminator: both networks of `networks.pigan`.
        others: as in `GAN`.

    Raises:
        ValueError: for another generator.

    Example:
    >>> networks = keras_gan.networks.pigan((16, 16, 3), 8, width=8, depth=2, samples=4, filters=4)
    >>> gan = keras_gan.PiGAN(*networks)
    >>> gan.compile()
    >>> latents = gan.sample_latents(2, seed=0)
    >>> gan.views(latents, yaw=[0.0, 0.5, 1.0]).shape
    (2, 3, 16, 16, 3)

    Reference: Chan et al., "pi-GAN: Periodic Implicit Generative Adversarial Networks for 3D-Aware Image Synthesis", 2021,
    https://arxiv.org/abs/2012.00926
    """

    def check_networks(self, generator, discriminator):
        super().check_networks(generator, discriminator)
        if not {"camera"} <= {layer.name for layer in generator.layers}:
            raise ValueError(
                'The generator of a PiGAN has a network "camera" in it: build it by `networks.pigan`.'
            )

    def defaults(self):
        return {
            **super().defaults(),
            "regularizers": [R1Penalty(10.0)],
            "generator_optimizer": Adam(5e-5, beta_1=0.0, beta_2=0.9),
            "discriminator_optimizer": Adam(2e-4, beta_1=0.0, beta_2=0.9),
        }

    @property
    def noise(self):
        return self._noise or NormalAndView(first(self.generator.input_shape)[-1])

    @property
    def z_dim(self):
        """Size of z, without the camera's two numbers."""
        return first(self.generator.input_shape)[-1] - 2

    def views(self, latents, yaw, pitch=0.45, batch_size=16):
        """Render volumes from given cameras.

        Args:
            latents: array of shape (n, z_dim), or with two more numbers, which are ignored.
            yaw: list of k floats, radians about the upright axis. pitch: float, or k of them, radians above
                the horizontal.
            batch_size: int, images at once.

        Returns:
            uint8 array of shape (n, k, height, width, channels).
        """
        check_int(batch_size, "batch_size")
        z = self._checked(latents)
        if np.ndim(pitch) and np.shape(pitch) != np.shape(np.atleast_1d(yaw)):
            raise ValueError(
                f"`pitch` must be one number, or as many as `yaw`. Received: {np.shape(pitch)} and {np.shape(yaw)}"
            )
        angles = np.stack(np.broadcast_arrays(np.atleast_1d(yaw), pitch), axis=-1).astype("float32")
        count = len(angles)
        camera = self.ema_generator.get_layer("camera")
        pairs = np.repeat(z, count, axis=0), np.tile(angles, (len(z), 1))
        made = [
            np.asarray(self.modality.to_storage(camera([x[i : i + batch_size] for x in pairs])[0]))
            for i in range(0, len(pairs[0]), batch_size)
        ]
        return np.concatenate(made).reshape(len(z), count, *self.image_shape)

    def densities(self, latents, size=32):
        """Densities in the cube [-1, 1]^3: float32 array of shape (n, size, size, size, 1).

        The axes are x, y (up) and z (to the front). `data.mesh_of(densities > s)` computes a surface; at a
        density s half of the light passes a length of 0.69 / s.
        """
        check_int(size, "size", least=2)
        places = (np.arange(size, dtype="float32") + 0.5) / size * 2.0 - 1.0
        points = np.stack(np.meshgrid(places, places, places, indexing="ij"), axis=-1).reshape(1, -1, 3)
        field = self.ema_generator.get_layer("camera").get_layer("field")
        found = [np.asarray(field([z[None], points])[0]) for z in self._checked(latents)]
        return np.concatenate(found).reshape(-1, size, size, size, 1)

    def _checked(self, latents):
        latents = np.asarray(latents, "float32")
        if latents.ndim != 2 or latents.shape[1] not in (self.z_dim, self.z_dim + 2):
            raise ValueError(f"`latents` must have shape (n, {self.z_dim}). Received: shape={latents.shape}")
        return latents[:, : self.z_dim]
