"""What a client does with its own data, and the server with the average."""

import keras
import numpy as np
import tensorflow as tf

from keras_gan.arguments import check_int

AVERAGES = ("both", "discriminator")


class Local:
    """A GAN on one client's data, or the server's GAN, whose weights come and go as lists of arrays.

    Optimisers, counters and seeds stay where they are. Shared are the networks' weights, moving statistics of batch normalisation among
    them, and of "both" the moving average of the generator.

    Args:
        gan: compiled `keras_gan.GAN`.
        data: as `fit` takes it: data set of batches, or array (with `batch_size`); None of the server.
        average: "both" players, or the "discriminator" alone, which clients train against the server's generator and the server then
            trains the generator with.
        batch_size: int, of arrays, and of the server's generator. Default 32.

    Attributes:
        size: int, how many images a pass over the data has.

    Raises:
        ValueError: for models that are no GANs of two players, and losses or data that do not fit.
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
        self.gan, self.data, self.average = gan, data, average
        self.batch_size = check_int(batch_size, "batch_size")
        self.size = 0 if data is None else _size(data, batch_size)
        self._steps = {}

    # === Weights ===

    @property
    def shared(self):
        """The variables whose values go to the server."""
        networks = [self.gan.discriminator]
        if self.average == "both":
            networks += [self.gan.generator]
            if self.gan.ema_generator is not self.gan.generator:
                networks += [self.gan.ema_generator]
        return [v for network in networks for v in network.weights if not _is_seed(v)]

    @property
    def sent(self):
        """The variables whose values come from the server: of the discriminator alone also the generator, which clients do not train."""
        more = self.gan.generator.weights if self.average == "discriminator" else []
        return [*self.shared, *(v for v in more if not _is_seed(v))]

    def read(self, variables=None):
        """Values of variables, by default the shared ones: list of arrays."""
        return [
            keras.ops.convert_to_numpy(v).copy() for v in (self.shared if variables is None else variables)
        ]

    def write(self, arrays, variables=None):
        """Give variables, by default the shared ones, values; a ValueError where these are of other shapes."""
        variables = self.shared if variables is None else variables
        shapes = [tuple(v.shape) for v in variables], [np.shape(x) for x in arrays]
        if shapes[0] != shapes[1]:
            other = [(a, b) for a, b in zip(*shapes, strict=False) if a != b]
            raise ValueError(
                f"The networks here have other weights than the ones that came: {len(shapes[0])} and {len(shapes[1])} arrays"
                + (f", the first that differ {other[0][0]} and {other[0][1]}" if other else "")
                + ". All must make the same networks."
            )
        for variable, value in zip(variables, arrays, strict=True):
            variable.assign(value)

    # === Training ===

    def train(self, round, local_steps=None):
        """A round on the client's own data; returns the figures' means.

        Args:
            round: int, from 0 on: the place in the order of its data.
            local_steps: int, steps of the round. Default: one pass over the data.
        """
        if self.average == "both":
            options = {} if hasattr(self.data, "element_spec") else {"batch_size": self.batch_size}
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
        for batch in _batches(self.data, self.batch_size, steps, seed=round):
            figures.append({name: float(value) for name, value in self._step("discriminator")(batch).items()})
        return {name: float(np.mean([each[name] for each in figures])) for name in figures[0]}

    def train_generator(self, steps):
        """Steps of the generator against the discriminator as it is, without data; returns the figures' means."""
        zeros = tf.zeros((self.batch_size, *self.gan.image_shape))
        found = [self._step("generator")({"image": zeros}) for _ in range(steps)]
        return {name: float(np.mean([float(each[name]) for each in found])) for name in found[0]}

    def _step(self, player):
        if player in self._steps:
            return self._steps[player]
        gan = self.gan

        @tf.function
        def step(batch):
            part = {**batch, **gan.draw(tf.shape(batch["image"])[0], gan.seed_generator)}
            figures = gan.play(player, part)
            if player == "generator":
                gan._move_averages()
            return figures

        self._steps[player] = step
        return step


def _is_seed(variable):
    return "seed_generator" in variable.path


def _size(data, batch_size):
    if hasattr(data, "element_spec"):
        count = int(data.cardinality()) if hasattr(data, "cardinality") else len(data)
        spec = tf.nest.flatten(data.element_spec)[0]
        return max(count, 1) * (spec.shape[0] or batch_size)
    count = len(tf.nest.flatten(data)[0])
    if count < batch_size:
        raise ValueError(f"A client has {count} images, and a batch {batch_size}.")
    return count


def _batches(data, batch_size, steps, seed):
    """So many batches of a client's data, {"image": ...}, in an order that follows from the seed."""
    if hasattr(data, "element_spec"):
        stream = data.repeat()
    else:
        images = np.asarray(data["image"] if isinstance(data, dict) else data)
        order = np.random.default_rng(seed).permutation(len(images))
        order = np.resize(order[: len(order) // batch_size * batch_size], steps * batch_size)
        stream = (images[order[i * batch_size : (i + 1) * batch_size]] for i in range(steps))
    for _, batch in zip(range(steps), stream, strict=False):
        found = batch["image"] if isinstance(batch, dict) else batch[0] if isinstance(batch, tuple) else batch
        yield {"image": tf.cast(found, "float32")}
