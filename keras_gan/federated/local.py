"""Training steps of a client on its own data, and of the server on the average."""

import keras
import numpy as np
import tensorflow as tf

from keras_gan.arguments import check_int

AVERAGES = ("both", "discriminator")


class Local:
    """A GAN on one client's data, or the server's GAN, with weights exchanged as lists of arrays.

    Optimisers, counters and seeds are not shared. The networks' weights are shared, including the moving
    statistics of batch normalisation, and with "both" the moving average of the generator.

    Args:
        gan: compiled `keras_gan.GAN`.
        data: as `fit` takes it: data set of batches, or array (with `batch_size`); None for the server.
        average: "both" players, or the "discriminator" alone: clients train it against the server's
            generator, and the server then trains the generator with it.
        batch_size: int, of arrays, and of the server's generator. Default 32.

    Attributes:
        size: int, number of images in a pass over the data.

    Raises:
        ValueError: for models that are not GANs of two players, and losses or data that do not fit.
    """

    def __init__(self, gan, data=None, *, average="both", batch_size=32):
        if average not in AVERAGES:
            raise ValueError(f"`average` must be one of {', '.join(AVERAGES)}. Received: {average!r}")
        if not hasattr(gan, "discriminator_outputs") or tuple(gan.players) != ("discriminator", "generator"):
            raise ValueError(f"A {type(gan).__name__} is no GAN of a generator and a discriminator.")
        if not gan.compiled:
            raise ValueError("The GAN must be compiled.")
        if average == "discriminator" and gan.adversarial_loss.relativistic:
            raise ValueError(
                "With the discriminator alone averaged, the server trains the generator without real images: a relativistic loss needs "
                "them."
            )
        if average == "discriminator" and gan.condition is not None:
            raise ValueError("With the discriminator alone averaged, the model must have no condition.")
        of_real = [
            r.name
            for r in gan.regularizers
            if getattr(r, "penalty", None)
            and r.player == "generator"
            and r.name not in ("path_length", "orthogonal")
        ]
        if average == "discriminator" and of_real:
            raise ValueError(
                f"With the discriminator alone averaged, the server trains the generator without real images, which {of_real[0]!r} may need."
            )
        self.gan, self.data, self.average = gan, data, average
        self.batch_size = check_int(batch_size, "batch_size")
        self.size = 0 if data is None else self._size()
        self._steps = {}

    # === Weights ===

    @property
    def shared(self):
        """The variables whose values are sent to the server."""
        networks = [self.gan.discriminator]
        if self.average == "both":
            networks += [self.gan.generator]
            if self.gan.ema_generator is not self.gan.generator:
                networks += [self.gan.ema_generator]
        return [v for network in networks for v in network.weights if not _is_seed(v)]

    @property
    def sent(self):
        """The variables whose values come from the server.

        If the discriminator alone is averaged, these include the generator, which clients do not train.
        """
        more = self.gan.generator.weights if self.average == "discriminator" else []
        return [*self.shared, *(v for v in more if not _is_seed(v))]

    def read(self, variables=None):
        """Values of variables, by default the shared ones: list of arrays."""
        return [
            keras.ops.convert_to_numpy(v).copy() for v in (self.shared if variables is None else variables)
        ]

    def write(self, arrays, variables=None):
        """Assign values to variables, by default the shared ones; raises a ValueError for other shapes."""
        variables = self.shared if variables is None else variables
        shapes = [tuple(v.shape) for v in variables], [np.shape(x) for x in arrays]
        if shapes[0] != shapes[1]:
            other = [(a, b) for a, b in zip(*shapes, strict=False) if a != b]
            raise ValueError(
                "The networks here have other weights than the received ones: "
                f"{len(shapes[0])} and {len(shapes[1])} arrays"
                + (f", the first that differ {other[0][0]} and {other[0][1]}" if other else "")
                + ". All must make the same networks."
            )
        for variable, value in zip(variables, arrays, strict=True):
            variable.assign(value)

    # === Training ===

    def check_steps(self, local_steps):
        """Raise a ValueError if a round has more steps than there are batches: `fit` would stop early."""
        if self.average == "both" and local_steps is not None and hasattr(self.data, "element_spec"):
            batches = int(self.data.cardinality())
            if local_steps > batches:
                raise ValueError(
                    f"A pass over this client's data has {batches} batches. Received: local_steps={local_steps}"
                )

    def train(self, round, local_steps=None):
        """Run a round on the client's own data; returns the means of the metrics.

        Args:
            round: int, from 0: position in the order of its data.
            local_steps: int, steps of the round. Default: one pass over the data.
        """
        if self.average == "both":
            options = {} if hasattr(self.data, "element_spec") else {"batch_size": self.batch_size}
            self.check_steps(local_steps)
            history = self.gan.fit(
                self.data,
                epochs=round + 1,
                initial_epoch=round,
                steps_per_epoch=local_steps,
                verbose=0,
                **options,
            ).history
            return {name: float(values[-1]) for name, values in history.items()}
        figures, steps = [], local_steps or max(1, self.size // self.batch_size)
        for batch in self._batches(steps, round):
            figures.append({name: float(value) for name, value in self._step("discriminator")(batch).items()})
        return {name: float(np.mean([each[name] for each in figures])) for name in figures[0]}

    def train_generator(self, steps):
        """Train the generator against the fixed discriminator, without data; returns the metrics' means."""
        zeros = tf.zeros((self.batch_size, *self.gan.image_shape))
        found = [self._step("generator")({"image": zeros}) for _ in range(steps)]
        return {name: float(np.mean([float(each[name]) for each in found])) for name in found[0]}

    @property
    def steps(self):
        """Number of steps of the generator."""
        return int(self.gan.state.step.numpy())

    def count(self, steps):
        """Set the server's step counters, which its moving average and files use, to the clients' steps."""
        for player in self.gan.players:
            self.gan.state.step_of(player).assign(int(steps))

    def _size(self):
        """Number of images in a pass over the data; raises a ValueError for unsuitable data."""
        if hasattr(self.data, "element_spec"):
            count = int(self.data.cardinality())
            if count <= 0:
                raise ValueError(
                    "A client's data set must have a known number of batches: give it `apply(tf.data.experimental.assert_cardinality(n))`."
                )
            return count * (tf.nest.flatten(self.data.element_spec)[0].shape[0] or self.batch_size)
        images = np.asarray(self.data["image"] if isinstance(self.data, dict) else self.data)
        self._checked(images)
        if len(images) < self.batch_size:
            raise ValueError(f"A client has {len(images)} images, and a batch {self.batch_size}.")
        return len(images)

    def _checked(self, images):
        if images.shape[1:] != self.gan.image_shape or images.dtype.kind != "f":
            raise ValueError(
                f"A client's data must be floats of shape {('n', *self.gan.image_shape)}, images in [-1, 1]. Received: {images.dtype} of shape "
                f"{images.shape}"
            )
        self.gan.modality.check_array(images, "Images")

    def _batches(self, steps, round):
        """`steps` batches of a client's data, {"image": ...}, which continue from round to round."""
        if hasattr(self.data, "element_spec"):
            stream = self.data.repeat().skip(round * steps)
        else:
            images = np.asarray(self.data["image"] if isinstance(self.data, dict) else self.data)
            order = np.random.default_rng(round).permutation(len(images))
            order = np.resize(
                order[: len(order) // self.batch_size * self.batch_size], steps * self.batch_size
            )
            stream = (images[part] for part in np.split(order, steps))
        for _, batch in zip(range(steps), stream, strict=False):
            found = (
                batch["image"] if isinstance(batch, dict) else batch[0] if isinstance(batch, tuple) else batch
            )
            self._checked(np.asarray(found))
            yield {"image": tf.cast(found, "float32")}

    def _step(self, player):
        if player in self._steps:
            return self._steps[player]
        gan = self.gan

        def step(batch):
            part = {**batch, **gan.draw(tf.shape(batch["image"])[0], gan.seed_generator)}
            figures = gan.play(player, part)
            if player == "generator":
                gan._move_averages()
            return figures

        self._steps[player] = tf.function(step, autograph=False)
        return self._steps[player]


def _is_seed(variable):
    return "seed_generator" in variable.path
