"""Camera rays, sine layers and volume rendering: the parts of a neural radiance field."""

import math
import zlib

import keras
import numpy as np
from keras import ops

from keras_gan import random
from keras_gan.arguments import check_int


@keras.saving.register_keras_serializable("keras_gan")
class VolumeRendering(keras.layers.Layer):
    """Colour, opacity and depth of rays through a volume that emits and absorbs, by quadrature.

        a_i = 1 - exp(-density_i * length_i),    w_i = a_i * prod over j < i of (1 - a_j)
        colour = sum w_i colour_i,    opacity = sum w_i,    depth = sum w_i t_i

    This is exact if density and colour are constant within each piece of a ray: a constant density s over a
    length L has the opacity 1 - exp(-s L).

    Args:
        background: float, colour behind everything, with the weight 1 - opacity; None for none. Default None.

    Input: a list of densities (batch, rays, samples), not negative; colours (batch, rays, samples, channels); depths t of the samples and the
    lengths of their pieces, both (samples,) or (batch, rays, samples). Output: a list of colours (batch, rays, channels), opacities in [0, 1] and
    depths, (batch, rays).

    Example:
    >>> density, colour = np.full((1, 1, 4), 0.5, "float32"), np.ones((1, 1, 4, 3), "float32")
    >>> depths, lengths = np.array([0.25, 0.75, 1.25, 1.75], "float32"), np.full(4, 0.5, "float32")
    >>> _, opacity, _ = keras_gan.layers.VolumeRendering()([density, colour, depths, lengths])
    >>> round(float(opacity[0, 0]), 4), round(float(1 - np.exp(-1.0)), 4)
    (0.6321, 0.6321)

    Reference: Max, "Optical Models for Direct Volume Rendering", 1995, https://doi.org/10.1109/2945.468400; as in Mildenhall et al., "NeRF", 2020,
    https://arxiv.org/abs/2003.08934
    """

    def __init__(self, background=None, **kwargs):
        # Small transmittances are products of many numbers near 1.
        super().__init__(**{"dtype": "float32", **kwargs})
        self.background = background

    def call(self, inputs):
        densities, colours, depths, lengths = inputs
        absorbed = densities * lengths
        # Transmittance at the beginning of each piece.
        before = ops.exp(-(ops.cumsum(absorbed, axis=-1) - absorbed))
        weights = before * (1.0 - ops.exp(-absorbed))
        opacity = ops.sum(weights, axis=-1)
        colour = ops.sum(weights[..., None] * colours, axis=-2)
        if self.background is not None:
            colour = colour + (1.0 - opacity[..., None]) * self.background
        return [colour, opacity, ops.sum(weights * depths, axis=-1)]

    def compute_output_shape(self, input_shape):
        rays = tuple(input_shape[0][:-1])
        return [(*rays, input_shape[1][-1]), rays, rays]

    def get_config(self):
        return {**super().get_config(), "background": self.background}


@keras.saving.register_keras_serializable("keras_gan")
class CameraRays(keras.layers.Layer):
    """Points along the rays of a camera that looks at the centre of the cube [-1, 1]^3.

    Args:
        size: int, pixels of a side, one ray each.
        samples: int, points on a ray, in the middle of equal pieces between the nearest and the farthest
            point of the sphere around the cube. In training the points are moved within their pieces, all of
            a ray by the same amount.
        field_of_view: float, degrees from side to side. Default 12, nearly parallel rays. The camera is so
            far away that it sees the whole sphere around the cube.
        seed: int; `None` (default) derives it from the layer's name.

    Input: (batch, 2), in radians: yaw about the vertical axis y, 0 in front at +z and growing towards +x, and
    pitch above the horizontal.
    Output: a list of points (batch, size * size, samples, 3); depths, from the sphere's nearest point, (batch, size * size, samples).

    Example:
    >>> points, depths = keras_gan.layers.CameraRays(8, 4)(np.zeros((1, 2), "float32"))
    >>> points.shape
    TensorShape([1, 64, 4, 3])
    """

    def __init__(self, size, samples, field_of_view=12.0, seed=None, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.size, self.samples = check_int(size, "size"), check_int(samples, "samples", least=2)
        if not 0 < field_of_view < 120:
            raise ValueError(
                f"`field_of_view` must be degrees between 0 and 120. Received: {field_of_view!r}"
            )
        self.field_of_view = float(field_of_view)
        self.seed = zlib.crc32(self.name.encode()) % 2**31 if seed is None else seed
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    # Radius of the sphere around the cube.
    radius = math.sqrt(3.0)

    @property
    def distance(self):
        """Distance from the camera to the centre."""
        return self.radius / math.sin(math.radians(self.field_of_view) / 2.0)

    @property
    def length(self):
        """Length of a piece of a ray."""
        return 2.0 * self.radius / self.samples

    def call(self, inputs, training=False):
        side = math.tan(math.radians(self.field_of_view) / 2.0)
        places = (np.arange(self.size) + 0.5) / self.size * 2.0 - 1.0
        x, y = np.meshgrid(side * places, -side * places)
        rays = np.stack([x.ravel(), y.ravel(), -np.ones(self.size**2)], axis=-1)
        rays = (rays / np.linalg.norm(rays, axis=-1, keepdims=True)).astype("float32")
        yaw, pitch = inputs[:, 0], inputs[:, 1]
        cy, sy, cp, sp = ops.cos(yaw), ops.sin(yaw), ops.cos(pitch), ops.sin(pitch)
        # The camera's axes: right, up, and away from the centre.
        axes = ops.stack(
            [
                ops.stack([cy, ops.zeros_like(cy), -sy], axis=-1),
                ops.stack([-sy * sp, cp, -cy * sp], axis=-1),
                ops.stack([sy * cp, sp, cy * cp], axis=-1),
            ],
            axis=1,
        )
        directions = ops.einsum("rk,bkd->brd", rays, axes)
        middles = (np.arange(self.samples) + 0.5).astype("float32") * self.length
        depths = ops.broadcast_to(middles, (ops.shape(inputs)[0], self.size**2, self.samples))
        if training:
            moved = random.uniform((ops.shape(inputs)[0], self.size**2, 1), self.seed_generator) - 0.5
            depths = depths + moved * self.length
        start = self.distance - self.radius
        points = self.distance * axes[:, None, None, 2] + (start + depths)[..., None] * directions[:, :, None]
        return [points, depths]

    def compute_output_shape(self, input_shape):
        rays = (input_shape[0], self.size**2, self.samples)
        return [(*rays, 3), rays]

    def get_config(self):
        own = {name: getattr(self, name) for name in ("size", "samples", "field_of_view", "seed")}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable("keras_gan")
class FiLMSine(keras.layers.Layer):
    """A dense layer with sine activations, whose frequencies and phases another network computes.

        y = sin(frequency * (x W + b) + phase)

    Args:
        units: int.
        first: bool, whether it is the network's first layer. Its weights are then drawn from U(-1 / d, 1 / d)
            for d inputs, otherwise from U(-sqrt(6 / d) / 25, sqrt(6 / d) / 25). Default False.

    Input: a list of x (batch, points, d), frequency (batch, units) and phase (batch, units). Output: (batch, points, units).

    Example:
    >>> x, frequency = np.zeros((2, 5, 3), "float32"), np.full((2, 4), 30.0, "float32")
    >>> keras_gan.layers.FiLMSine(4, first=True)([x, frequency, 0 * frequency]).shape
    TensorShape([2, 5, 4])

    Reference: Chan et al., "pi-GAN: Periodic Implicit Generative Adversarial Networks for 3D-Aware Image Synthesis", 2021,
    https://arxiv.org/abs/2012.00926; Sitzmann et al., "Implicit Neural Representations with Periodic Activation Functions", 2020,
    https://arxiv.org/abs/2006.09661
    """

    def __init__(self, units, first=False, **kwargs):
        super().__init__(**kwargs)
        self.units, self.first = check_int(units, "units"), bool(first)

    def build(self, input_shape):
        size = input_shape[0][-1]
        limit = 1.0 / size if self.first else math.sqrt(6.0 / size) / 25.0
        uniform = keras.initializers.RandomUniform(-limit, limit)
        self.kernel = self.add_weight(shape=(size, self.units), initializer=uniform, name="kernel")
        bias = keras.initializers.RandomUniform(-1.0 / math.sqrt(size), 1.0 / math.sqrt(size))
        self.bias = self.add_weight(shape=(self.units,), initializer=bias, name="bias")

    def call(self, inputs):
        x, frequency, phase = inputs
        return ops.sin(frequency[:, None] * (ops.matmul(x, self.kernel) + self.bias) + phase[:, None])

    def compute_output_shape(self, input_shape):
        return (*input_shape[0][:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "first": self.first}
