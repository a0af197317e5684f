"""CycleGAN."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gan.arguments import check_weight
from keras_gan.data.images import to_uint8
from keras_gan.grid import interleave
from keras_gan.losses.least_squares import LeastSquaresLoss
from keras_gan.models import checks
from keras_gan.models.translation import Translation
from keras_gan.training.image_pool import ImagePool


@keras.saving.register_keras_serializable("keras_gan")
class CycleGAN(Translation):
    """Translates images between two domains; it learns from unpaired images.

    It has two generators and two discriminators. In addition to their adversarial losses the generators
    minimise `cycle_weight` x mean |x - back(there(x))|, and `cycle_weight` x `identity_weight` x mean
    |x - there(x)| for x from the domain that `there` generates. The discriminators see fakes of earlier
    steps too (`pool_size`).

    It trains on dicts with `condition`, images of domain A, and `image`, images of domain B. The images need
    not be pairs: see `keras_gan.data.unpaired_folders`. Each player holds its two networks as one model. The
    first half of that model's batch is from domain A, the second half from domain B. All losses are means
    over both halves, so that their ratios are those of the official code. The adversarial loss is
    `LeastSquaresLoss(generator_weight=1.0)`.

    Args:
        a2b, b2a: keras.Model from images to images in [-1, 1], such as `networks.resnet`. The domains may differ
            in their channels (grey and RGB) where `identity_weight` is 0.
        discriminator_a, discriminator_b: keras.Model from images to logits, such as `networks.patchgan`.
        cycle_weight: float, or (weight of a -> b -> a, weight of b -> a -> b) if one domain contains less
            information than the other: a network that has to restore a colour image from its outlines hides
            the colours in them as noise. Default 10.
        identity_weight: float, relative to `cycle_weight`. Default 0.5; 0 saves the time to compute it.
        pool_size: int, number of images that the pool of each domain holds. Default 50; 0 for no pool.
        ema_decay: float or None (default, as in the paper). seed: as in `GAN`.

    Example:
    >>> a2b, b2a = (keras_gan.networks.resnet((16, 16, 3), blocks=1, filters=4) for _ in range(2))
    >>> critics = [keras_gan.networks.patchgan((16, 16, 3), receptive_field=16, filters=4) for _ in range(2)]
    >>> gan = keras_gan.CycleGAN(a2b, b2a, *critics)
    >>> gan.compile()
    >>> a, b = np.random.uniform(-1, 1, (2, 8, 16, 16, 3)).astype("float32")
    >>> history = gan.fit({"condition": a, "image": b}, batch_size=4, verbose=0)
    >>> gan.translate(a[:2], direction="a2b").shape
    (2, 16, 16, 3)

    Reference: Zhu et al., "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial
    Networks", 2017, https://arxiv.org/abs/1703.10593
    """

    paired = False
    term_names = {"discriminator": (), "generator": ("g_cycle", "g_identity")}

    def __init__(
        self,
        a2b,
        b2a,
        discriminator_a,
        discriminator_b,
        *,
        cycle_weight=10.0,
        identity_weight=0.5,
        pool_size=50,
        **kwargs,
    ):
        for generator, discriminator in ((a2b, discriminator_b), (b2a, discriminator_a)):
            checks.check_translation(generator, discriminator)
        sizes = {network.input_shape[1:3] for network in (a2b, b2a)}
        if len(sizes) > 1 or a2b.input_shape != b2a.output_shape or b2a.input_shape != a2b.output_shape:
            raise ValueError(
                "Each network must take what the other makes, of one height and width. Received: a2b "
                f"{a2b.input_shape} -> {a2b.output_shape}, b2a {b2a.input_shape} -> {b2a.output_shape}"
            )
        if a2b.input_shape != a2b.output_shape and identity_weight:
            raise ValueError(
                "The identity loss passes each network images of the domain that it makes, and these have "
                f"{a2b.output_shape[-1]} channels where a2b takes {a2b.input_shape[-1]}: pass `identity_weight=0`, or give "
                "grey images three channels."
            )
        weights = cycle_weight if isinstance(cycle_weight, (tuple, list)) else (cycle_weight, cycle_weight)
        if len(weights) != 2:
            raise ValueError(f"`cycle_weight` is a number, or two. Received: cycle_weight={cycle_weight!r}")
        self.cycle_weight = [check_weight(weight, "cycle_weight") for weight in weights]
        self.identity_weight = check_weight(identity_weight, "identity_weight")
        # The joined batch has as many channels as the domain that has more.
        widest = max(network.input_shape[-1] for network in (a2b, b2a))
        shape = (*discriminator_a.input_shape[1:3], widest)
        super().__init__(
            two_domains(b2a, a2b, shape, swap=True, name="generators"),
            two_domains(discriminator_a, discriminator_b, shape, swap=False, name="discriminators"),
            **kwargs,
        )
        self.pool = ImagePool(self.state, pool_size, shape)

    given_networks = ("a2b", "b2a", "discriminator_a", "discriminator_b")

    def networks_given(self):
        b2a, a2b = of_both_domains(self.generator)
        networks = (a2b, b2a, *of_both_domains(self.discriminator))
        return dict(zip(self.given_networks, networks, strict=True))

    def get_config(self):
        return {
            **super().get_config(),
            "cycle_weight": self.cycle_weight,
            "identity_weight": self.identity_weight,
            "pool_size": self.pool.size,
        }

    @property
    def source_shape(self):
        # The joined model has the image size of the training; its networks may take other sizes.
        return tuple(self.direction("a2b").input_shape[1:])

    @property
    def image_shape(self):
        """(height, width, channels) of the images of domain B."""
        return (*self.discriminator.input_shape[1:3], self.direction("a2b").output_shape[-1])

    def defaults(self):
        # The official code has no 1/2 before the generator's squares.
        return {**super().defaults(), "loss": LeastSquaresLoss(generator_weight=1.0)}

    def arrange(self, batch, training=True):
        """Both domains as one batch, domain A first."""
        widest = self.discriminator.input_shape[-1]
        both = [with_channels(batch[name], widest) for name in ("condition", "image")]
        return {"image": tf.concat(both, axis=0)}

    def forward(self, batch, training=True):
        return self.synthesize(batch["image"], training=training)

    def shown(self, fake):
        return self.pool.exchange(super().shown(fake), self.seed_generator)

    def generator_terms(self, turn):
        image, terms = turn.real, {}
        terms["g_cycle"] = self._weighted_distance(image, self.synthesize(turn.fake, training=True))
        if not self.identity_weight:
            return {**terms, "g_identity": ops.zeros(())}
        # With the halves exchanged, each generator receives images of the domain that it makes.
        half = tf.shape(image)[0] // 2
        same = self.synthesize(tf.concat([image[half:], image[:half]], axis=0), training=True)
        return {**terms, "g_identity": self.identity_weight * self._weighted_distance(image, same)}

    def _weighted_distance(self, image, other):
        """Mean over both domains of the distance times its `cycle_weight`."""
        half = tf.shape(image)[0] // 2
        of_a, of_b = (distance(image[part], other[part]) for part in (slice(half), slice(half, None)))
        return (self.cycle_weight[0] * of_a + self.cycle_weight[1] * of_b) / 2.0

    def assess(self, batch):
        """As `GAN.assess`; the images are those of domain B and of a2b, the logits are of both directions."""
        real, fake, *logits = super().assess(batch)
        half, channels = tf.shape(real)[0] // 2, self.image_shape[-1]
        return real[half:, ..., :channels], fake[half:, ..., :channels], *logits

    def direction(self, name):
        """The network that translates in the direction "a2b" or "b2a": the EMA one, if there is one."""
        if name not in ("a2b", "b2a"):
            raise ValueError(f'`direction` must be "a2b" or "b2a". Received: {name!r}')
        b2a, a2b = of_both_domains(self.ema_generator)
        return a2b if name == "a2b" else b2a

    def translate(self, images, direction="a2b", batch_size=16):
        """Translate images; `direction` is "a2b" or "b2a", the rest as `Translation.translate`."""
        return self._translate(self.direction(direction), images, batch_size)

    def exported_networks(self):
        return {name: self.direction(name) for name in ("a2b", "b2a")}

    grid_caption = "input | output | and back"

    def grid_images(self, inputs, columns):
        """Rows of a -> b -> a and rows of b -> a -> b, each with input, output and the way back."""
        cells, in_row = [], max(1, columns // 3)
        for kind, there, back in (("condition", "a2b", "b2a"), ("image", "b2a", "a2b")):
            given = to_uint8(inputs[kind]).numpy()
            # Each direction gets half of the rows; only full rows are used.
            in_row = min(in_row, len(given))
            given = given[: max(1, len(given) // in_row // 2) * in_row]
            made = self.translate(given, there)
            cells.append(interleave([given, made, self.translate(made, back)]))
        return np.concatenate(cells), 3 * in_row


def distance(a, b):
    """Mean absolute difference, in float32."""
    return ops.mean(ops.abs(ops.cast(a, "float32") - ops.cast(b, "float32")))


def two_domains(of_a, of_b, shape, swap, name):
    """Join two networks into one model: each gets its half of the batch, with `swap` the other half."""
    if of_a is of_b:
        raise ValueError("Both directions need a network of their own: the same one was given twice.")
    if of_a.name == of_b.name:  # layers of one model need different names
        of_a.name, of_b.name = f"{of_a.name}_a", f"{of_b.name}_b"
    inputs = keras.layers.Input(tuple(shape))
    halves, outputs = Halves()(inputs), []
    for i, network in enumerate((of_a, of_b)):
        given = halves[1 - i if swap else i]
        if network.input_shape[-1] != shape[-1]:
            given = Channels(network.input_shape[-1])(given)
        made = network(given)
        if swap and made.shape[-1] != shape[-1]:
            made = Channels(shape[-1])(made)
        outputs.append(made)
    return keras.Model(inputs, keras.layers.Concatenate(axis=0, dtype="float32")(outputs), name=name)


def of_both_domains(model):
    """The two networks in a model of `two_domains`: generators or discriminators of domain A and domain B."""
    networks = []
    for tensor in model.layers[-1].input:
        operation = tensor._keras_history.operation
        if isinstance(operation, Channels):
            operation = operation.input._keras_history.operation
        networks.append(operation)
    return networks


def with_channels(images, channels):
    """Repeat the channel of grey images; of other images take the first channels."""
    if images.shape[-1] == 1 and channels > 1:
        return ops.repeat(images, channels, axis=-1)
    return images[..., :channels]


@keras.saving.register_keras_serializable("keras_gan")
class Channels(keras.layers.Layer):
    """Repeats the channel of grey images; of other images it takes the first channels."""

    def __init__(self, channels, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels

    def call(self, inputs):
        return with_channels(inputs, self.channels)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.channels)

    def get_config(self):
        return {**super().get_config(), "channels": self.channels}


@keras.saving.register_keras_serializable("keras_gan")
class Halves(keras.layers.Layer):
    """Splits a batch into its first and its second half."""

    def call(self, inputs):
        half = ops.shape(inputs)[0] // 2
        return [inputs[:half], inputs[half:]]

    def compute_output_shape(self, input_shape):
        return [(None, *input_shape[1:])] * 2
