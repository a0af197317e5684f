"""TimeGAN."""

import keras
import tensorflow as tf
from keras import ops

from keras_gan import replicas
from keras_gan.arguments import check_int, check_weight
from keras_gan.losses import NonSaturatingLoss
from keras_gan.modalities import Series
from keras_gan.models.generative import Generative
from keras_gan.noise import Uniform
from keras_gan.optimizers import Adam
from keras_gan.training.game import Game


@keras.saving.register_keras_serializable("keras_gan")
class TimeGAN(Generative, Game):
    """Generates time series in an autoencoder's latent space; a supervisor predicts the next time step.

    It trains in three stages, each a third of `steps`:

        embedding     the embedder and the recovery minimise          10 sqrt(R),  R = mean (x - recovery(h))^2,  h = embedder(x)
        supervision   the generator and the supervisor minimise       S = mean (h_(t+1) - supervisor(h)_t)^2
        joint         generator and supervisor, twice a step:         U + U_e + 100 sqrt(S) + 100 V
                      embedder and recovery, twice a step:            10 sqrt(R) + 0.1 S
                      the discriminator, without a gradient below 0.15:  L(h) + U'(s) + U'(e),  e = generator(z), s = supervisor(e), z ~ U(0, 1)

    U and U_e are the non-saturating losses of s and e, and V is the distance between generated and real
    series in their means and standard deviations over the batch. A step is one update of the stage; in the
    joint stage it takes two batches. Adam(1e-3) for all players.

    Args:
        embedder, recovery, generator, supervisor, discriminator: such as all networks of `networks.timegan`.
        steps: int, number of steps of all three stages together.
        columns, scale: of the data, such as `dataset.columns` and `dataset.scale`, for the units of generated
            series.
            Default: [0, 1].
        ema_decay: default None: no moving average, as in the paper. others: as in `Game`.

    Raises:
        ValueError: if the networks do not fit together.

    Example:
    >>> data = keras_gan.data.series(np.random.default_rng(0).normal(size=(200, 2)), window=8, batch_size=16)
    >>> networks = keras_gan.networks.timegan(8, 2, hidden=4, depth=1)
    >>> model = keras_gan.TimeGAN(*networks, steps=30, columns=data.columns, scale=data.scale)
    >>> model.compile()
    >>> history = model.fit(data, epochs=3, verbose=0)
    >>> model.generate(5, seed=0).shape
    (5, 8, 2)

    Reference: Yoon et al., "Time-series Generative Adversarial Networks", 2019,
    https://papers.nips.cc/paper/8789-time-series-generative-adversarial-networks
    """

    networks = ("embedder", "recovery", "generator", "supervisor", "discriminator")
    players = {
        "embedder": ("embedder", "recovery"),
        "generator": ("generator", "supervisor"),
        "discriminator": ("discriminator",),
    }
    averaged = ("recovery", "generator", "supervisor")
    loss_names = {"discriminator": "d_loss", "generator": "g_loss"}
    figure_names = (
        "reconstruction",
        "supervised",
        "g_adversarial",
        "moments",
        "embedder_loss",
        "g_loss",
        "d_loss",
    )
    validation_names = ("reconstruction", "supervised")
    batches_per_step = 2
    # Below this loss the discriminator's gradient is 0; only its optimiser's momentum still moves it.
    waits_below = 0.15

    def __init__(self, *networks, steps=30_000, columns=None, scale=None, ema_decay=None, **kwargs):
        self.total_steps = check_int(steps, "steps", least=3)
        given = dict(zip(self.networks, networks, strict=False)) | kwargs
        if kwargs.get("modality") is None and isinstance(given.get("embedder"), keras.Model):
            shape = tuple(given["embedder"].input_shape[1:])
            columns = [str(i) for i in range(shape[-1])] if columns is None else columns
            scale = ([0.0] * shape[-1], [1.0] * shape[-1]) if scale is None else scale
            kwargs["modality"] = Series(columns, scale, shape)
        super().__init__(*networks, ema_decay=ema_decay, **kwargs)

    def check_networks(self, **networks):
        super().check_networks(**networks)
        shapes = {
            name: (network.input_shape[1:], network.output_shape[1:]) for name, network in networks.items()
        }
        series, hidden = shapes["embedder"]
        wanted = {"recovery": (hidden, series), "supervisor": (hidden, hidden)}
        wanted |= {"generator": (shapes["generator"][0], hidden), "discriminator": (hidden, (series[0], 1))}
        for name, (before, after) in wanted.items():
            if shapes[name] != (before, after):
                raise ValueError(
                    f"The {name} must be from {before} to {after}, as the embedder is from {series} to {hidden}. Received: from "
                    f"{shapes[name][0]} to {shapes[name][1]}"
                )

    def get_config(self):
        return {**super().get_config(), "steps": self.total_steps}

    def defaults(self):
        return {
            **{f"{player}_optimizer": Adam(1e-3) for player in reversed(self.players)},
            "gamma": 1.0,
        }

    def _take_parts(self, *, gamma, **optimizers):
        super()._take_parts(gamma=check_weight(gamma, "gamma"), **optimizers)

    # === Stages ===

    def stage_at(self, step):
        return ("embedding", "supervision", "joint")[min(2, 3 * step // self.total_steps)]

    @property
    def idle_figures(self):
        done = {"embedding": ("reconstruction", "embedder_loss"), "supervision": ("supervised", "g_loss")}
        return [name for name in self.figure_names if name not in done.get(self.stage, self.figure_names)]

    # === The update ===

    @property
    def noise(self):
        return Uniform(self.generator.input_shape[1:], low=0.0)

    def update(self, batch):
        halves = [{name: values[j::2] for name, values in batch.items()} for j in range(2)]
        if self.stage == "embedding":
            figures = self.minimize("embedder", lambda: self.embedder_objective(halves[0]))
        elif self.stage == "supervision":
            figures = self.minimize("generator", lambda: self.supervised_objective(halves[0]))
        else:
            figures = {}
            for half in halves:
                half |= self.draw(tf.shape(half["image"])[0], self.seed_generator)
                figures |= self.minimize("generator", lambda half=half: self.generator_objective(half))
                figures |= self.minimize(
                    "embedder", lambda half=half: self.embedder_objective(half, supervised=True)
                )
            return figures | self.minimize("discriminator", lambda: self.discriminator_objective(halves[1]))
        # Steps are counted by the discriminator, which is not trained in this stage.
        self.state.step.assign_add(1)
        return figures

    def embedder_objective(self, batch, supervised=False):
        """10 sqrt(R), in the joint stage plus 0.1 S; returns (loss, metrics) for `minimize`."""
        h = self.embedder(batch["image"], training=True)
        error = replicas.mean(_square(batch["image"], self.recovery(h, training=True)))
        loss, figures = 10.0 * ops.sqrt(error + 1e-12), {"reconstruction": error}
        if supervised:
            loss = loss + 0.1 * self._supervised(h)
        return loss, figures

    def supervised_objective(self, batch):
        """S; it does not depend on the generator yet, whose gradient is 0."""
        error = self._supervised(self.embedder(batch["image"], training=True))
        nothing = sum(ops.sum(0.0 * v) for v in self.generator.trainable_variables)
        return error + ops.cast(nothing, error.dtype), {"supervised": error}

    def _supervised(self, h):
        # The mean is over the global batch, because the objectives take its square root.
        return replicas.mean(_square(h[:, 1:], self.supervisor(h, training=True)[:, :-1]))

    def generator_objective(self, batch):
        h = self.embedder(batch["image"], training=True)
        e = self.generator(batch["latents"], training=True)
        s = self.supervisor(e, training=True)
        logits = [self.discriminator(x, training=True) for x in (s, e)]
        loss = NonSaturatingLoss()
        adversarial = loss.generator_loss(logits[0], None) + self.gamma * loss.generator_loss(logits[1], None)
        supervised = self._supervised(h)
        moments = _moments(self.recovery(s, training=True), batch["image"])
        total = adversarial + 100.0 * ops.sqrt(supervised + 1e-12) + 100.0 * moments
        return total, {"g_adversarial": adversarial, "supervised": supervised, "moments": moments}

    def discriminator_objective(self, batch):
        h = self.embedder(batch["image"], training=True)
        e = self.generator(batch["latents"], training=True)
        s = self.supervisor(e, training=True)
        real, *fake = (self.discriminator(ops.stop_gradient(x), training=True) for x in (h, s, e))
        bce = NonSaturatingLoss()
        # The sum of both losses contains the real side twice; it should count once.
        loss = bce.discriminator_loss(real, fake[0]) + self.gamma * bce.discriminator_loss(real, fake[1])
        loss = loss - self.gamma * ops.mean(ops.softplus(-ops.cast(real, loss.dtype)))
        return ops.where(loss > self.waits_below, loss, ops.stop_gradient(loss)), {}

    def validate(self, batch):
        """Errors of a held-out batch; for metrics also its series, and as many generated ones."""
        h = self.embedder(batch["image"], training=False)
        figures = {
            "reconstruction": _square(batch["image"], self.recovery(h, training=False)),
            "supervised": _square(h[:, 1:], self.supervisor(h, training=False)[:, :-1]),
        }
        return figures, batch["image"], self.synthesize(batch["latents"])

    # === Use ===

    def synthesize(self, latents, condition=None, training=False):
        """Generate series in [0, 1] from noise: in training by the networks, otherwise by their averages."""
        x = latents
        for name in ("generator", "supervisor", "recovery"):
            x = getattr(self, name if training else f"ema_{name}")(x, training=training)
        return x

    def call(self, inputs, training=False):
        return self.synthesize(inputs)

    @property
    def output_shape(self):
        return self.recovery.output_shape

    @property
    def exported_variables(self):
        return [v for name in self.averaged for v in getattr(self, f"ema_{name}").weights]


def _square(a, b):
    return ops.mean(ops.square(ops.cast(a, "float32") - ops.cast(b, "float32")))


def _moments(made, real):
    """Mean distance of the batch's standard deviations and means, taken at each time of each column."""
    made, real = (ops.cast(x, "float32") for x in (made, real))
    means = [replicas.mean(ops.mean(x, axis=0)) for x in (made, real)]
    variances = [
        replicas.mean(ops.mean(ops.square(x - mean), axis=0))
        for x, mean in zip((made, real), means, strict=True)
    ]
    deviations = [ops.sqrt(variance + 1e-6) for variance in variances]
    return sum(ops.mean(ops.abs(a - b)) for a, b in (deviations, means))
