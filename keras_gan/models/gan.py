"""Base class of all GANs: two networks, two optimisers, one update."""

import warnings

import keras
import tensorflow as tf

from keras_gan import augmentations, losses, replicas
from keras_gan.layers.packing import pack_size
from keras_gan.models import checks
from keras_gan.models.generative import Generative, inputs_of
from keras_gan.networks.outputs import first
from keras_gan.optimizers import Adam
from keras_gan.regularizers import Penalty, Regularizer, Turn
from keras_gan.regularizers import get as get_regularizer
from keras_gan.training.game import Game

# Names of before, which work for one release.
RENAMED = ("generator_variables", "discriminator_variables")


@keras.saving.register_keras_serializable("keras_gan")
class GAN(Generative, Game):
    """A generative adversarial network that trains with `fit`.

    One step of training is k = `discriminator_steps` updates of the discriminator, each on fresh
    real images, and one of the generator, on the fakes that the last of them saw.

    Calling the model, `predict`, `generate`, validation and export use `ema_generator`, a moving
    average of the generator's weights with decay min(ema_decay, (1 + t) / (10 + t)) at step t;
    moving statistics (batch normalisation) are copied.

    Args:
        generator: keras.Model from latents of shape (batch, latent_dim), standard normal, to
            images of shape (batch, height, width, channels) in [-1, 1], or to vectors.
        discriminator: keras.Model from images to one logit per image or per patch, high for real,
            without a sigmoid.
        ema_decay: float in [0, 1), or a schedule over generator steps such as `schedules.HalfLife`; default
            0.999; `None` for no moving average (then `ema_generator` is `generator`).
        seed: int, or `None` for a random one. Seeds everything that training draws. The initial
            weights are the networks' own: `keras.utils.set_random_seed` before building them.
        dataset_name: str, and class_names: list of str by label, of the training data. `fit` sets both from data sets of
            `keras_gan.data`; saved files and exports keep them.

    Raises:
        ValueError: where the two networks do not fit together.

    Example:
    >>> generator, discriminator = keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=8)
    >>> gan = keras_gan.GAN(generator, discriminator, seed=1)
    >>> gan.compile(loss="non_saturating")
    >>> images = np.random.uniform(-1, 1, (64, 28, 28, 1)).astype("float32")
    >>> history = gan.fit(images, batch_size=32, epochs=1, verbose=0)
    >>> gan.generate(4, seed=0).shape
    (4, 28, 28, 1)

    Reference: Goodfellow et al., "Generative Adversarial Nets", 2014, https://arxiv.org/abs/1406.2661
    """

    networks = ("generator", "discriminator")
    players = {"discriminator": ("discriminator",), "generator": ("generator",)}
    averaged = ("generator",)
    loss_names = {"discriminator": "d_loss", "generator": "g_loss"}
    validation_names = ("real_score", "fake_score", "d_adversarial", "g_adversarial")

    # Whether each image that it makes has a target.
    paired = False

    # Factor of the adversarial loss in what the generator minimises.
    adversarial_weight = 1.0

    # How many outputs of the discriminator it trains: the logits, and heads of a subclass.
    discriminator_outputs_used = 1

    # Whether this stage of the training leaves the discriminator out.
    discriminator_rests = False

    # === Construction ===

    def __init__(
        self,
        generator,
        discriminator,
        *,
        ema_decay=0.999,
        seed=None,
        dataset_name=None,
        class_names=None,
        **kwargs,
    ):
        super().__init__(
            generator,
            discriminator,
            ema_decay=ema_decay,
            seed=seed,
            dataset_name=dataset_name,
            class_names=class_names,
            **kwargs,
        )
        checks.check_heads(self, discriminator)

    def check_networks(self, generator, discriminator):
        """Raise a ValueError where the two networks do not fit together, or not this model."""
        checks.check_networks(generator, discriminator, self.conditional)

    # === Compilation ===

    def defaults(self):
        """What `compile` uses for each argument left `None`: the choice of the variant's paper.

        Here the non-saturating loss and DCGAN's Adam(2e-4, 0.5), one discriminator step.
        """
        return {
            "loss": "non_saturating",
            "regularizers": [],
            "augmentation": None,
            "discriminator_steps": 1,
            "generator_optimizer": Adam(2e-4, beta_1=0.5),
            "discriminator_optimizer": Adam(2e-4, beta_1=0.5),
        }

    def compile(
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        loss=None,
        regularizers=None,
        augmentation=None,
        discriminator_steps=None,
        metrics=None,
        jit_compile="auto",
        steps_per_execution=1,
        run_eagerly=False,
        optimizer=None,
    ):
        """Choose the parts of training. What is left `None` is the variant's default.

        Args:
            generator_optimizer, discriminator_optimizer: Keras optimisers or their names. Each
                player needs its own. Under a `mixed_float16` policy they are loss-scaled.
            loss: `keras_gan.losses.AdversarialLoss`, or an alias such as "wasserstein".
            regularizers: list of `keras_gan.regularizers.Regularizer` or aliases; `[]` for none.
            augmentation: `keras_gan.augmentations.Augmentation`, or "diffaugment", "ada" or "apa": of all
                that the discriminator sees in training.
            discriminator_steps: int, discriminator updates for one of the generator.
            metrics: list of `keras.metrics.Metric` with `update_state(real, fake)`, images in
                [-1, 1], or aliases such as "fid" (on Inception's features); computed by `evaluate` and validation, with fakes of `ema_generator`.
            jit_compile: bool or "auto" (Keras decides; off on a CPU). XLA.
            steps_per_execution: int, steps in one call of the compiled function.
            run_eagerly: bool, for debugging.
            optimizer: not for GANs, whose players have one each: a ValueError.

        Raises:
            ValueError: for an unknown name, and for parts that do not go together.
        """
        parts = {
            "generator_optimizer": generator_optimizer,
            "discriminator_optimizer": discriminator_optimizer,
            "loss": loss,
            "regularizers": regularizers,
            "augmentation": augmentation,
            "discriminator_steps": discriminator_steps,
        }
        self._compile(parts, metrics, jit_compile, steps_per_execution, run_eagerly, optimizer)

    def _take_parts(self, *, loss, regularizers, augmentation, discriminator_steps, **optimizers):
        self.adversarial_loss = losses.get(loss)
        if isinstance(regularizers, (str, dict, Regularizer)):
            regularizers = [regularizers]
        self.regularizers = [get_regularizer(regularizer) for regularizer in regularizers]
        self.augmentation = None if augmentation is None else augmentations.get(augmentation)
        self.discriminator_steps = checks.check_discriminator_steps(discriminator_steps)
        checks.check_parts(self)
        super()._take_parts(**optimizers)

    def parts(self):
        return self.regularizers if self.augmentation is None else [self.augmentation, *self.regularizers]

    def part(self, name):
        part = self.adversarial_loss if name == "loss" else super().part(name)
        return list(part) if name == "regularizers" else part

    @property
    def batches_per_step(self):
        return self.discriminator_steps

    def passed_by(self, player):
        # The discriminator's gradient ends at the fakes.
        return [self.generator, self.discriminator] if player == "generator" else [self.discriminator]

    @property
    def image_shape(self):
        """(height, width, channels) of the images, or (size,) of vectors."""
        return tuple(first(self.discriminator.input_shape)[1:])

    @property
    def pack_size(self):
        """How many images the discriminator sees at once: 1, or more with `Packing`."""
        return pack_size(self.discriminator)

    def __getattr__(self, name):
        # Not as properties: Keras looks at each of those when it saves.
        if name not in RENAMED:
            # Of a property that failed it names what was missing in it.
            return object.__getattribute__(self, name)
        player = name.removesuffix("_variables")
        warnings.warn(f'`{name}` is now `variables_of("{player}")`.', FutureWarning, stacklevel=2)
        return self.variables_of(player)

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        hooks = {name: "variables_of(player)" for name in RENAMED}
        hooks |= {"_update": "update(batch)", "_minimize": "minimize(player, objective, tape)"}
        for old in [name for name in hooks if name in vars(cls)]:
            raise TypeError(
                f"{cls.__name__} defines `{old}`, which nothing calls any more: define `{hooks[old]}`."
            )

    @property
    def figure_names(self):
        """Names of what a step logs, in the order in which it computes them."""
        penalties = {player: [p.name for p in self._penalties(player)] for player in self.players}
        return [
            *("real_score", "fake_score"),
            *("d_adversarial", *self.term_names["discriminator"], *penalties["discriminator"], "d_loss"),
            *("g_adversarial", *self.term_names["generator"], *penalties["generator"], "g_loss"),
            *(() if self.augmentation is None else self.augmentation.figure_names),
        ]

    # === The update ===

    def update(self, batch):
        """k discriminator steps on fresh real images, and one generator step on the last fakes."""
        batch, k, rounds = self.arrange(batch), self.discriminator_steps, []
        for j in range(k):
            part = {name: values[j::k] for name, values in batch.items()} if k > 1 else batch
            part = {**part, **self.draw(tf.shape(part["image"])[0], self.seed_generator)}
            with self.record("generator") as generator_tape:
                fake = self.forward(part)
            if self.discriminator_rests:
                break
            seen = tf.stop_gradient(fake)
            rounds.append(
                self.minimize("discriminator", lambda: self.discriminator_objective(part, seen))  # noqa: B023
            )
        figures = self.minimize("generator", lambda: self._beside(part, fake), generator_tape)
        means = {name: sum(figures[name] for figures in rounds) / k for name in rounds[0]} if rounds else {}
        if rounds and self.augmentation is not None:
            means["real_sign"] = replicas.mean(means["real_sign"])
            count = tf.shape(batch["image"])[0] * replicas.count_and_index()[0]
            means |= self.augmentation.update(self, means, count)
        if "real_sign" not in self.figure_names:
            means.pop("real_sign", None)
        return {**means, **figures}

    def _beside(self, batch, fake):
        """The generator's objective, which leaves the discriminator's moving statistics as they were."""
        statistics = [(v, tf.identity(v.value)) for v in self.discriminator.non_trainable_weights]
        loss, figures = self.generator_objective(batch, fake)
        for variable, value in statistics:
            variable.assign(value)
        return loss, figures

    def condition(self, batch):
        """What the networks get of a batch beside latents and images; here nothing."""
        return None

    def arrange(self, batch, training=True):
        """Prepare one replica's batch for the update, or for `assess` when `training=False`."""
        return batch

    def forward(self, batch, training=True):
        """Generate fakes for a batch of real images and what `draw` adds to it."""
        return self.synthesize(batch["latents"], self.condition(batch), training=training)

    def assess(self, batch):
        """Real and generated images of a held-out batch, and the logits of both."""
        real, condition = batch["image"], self.condition(batch)
        fake = self.forward(batch, training=False)
        logits = [self.discriminate(images, condition, training=False) for images in (real, fake)]
        return real, fake, *logits

    def validate(self, batch):
        """Scores and adversarial losses of a held-out batch, and the real and the generated images."""
        real, fake, real_logits, fake_logits = self.assess(self.arrange(batch, training=False))
        loss, weight = self.adversarial_loss, batch.get("sample_weight")
        figures = {
            "real_score": mean_logit(real_logits),
            "fake_score": mean_logit(fake_logits),
            "d_adversarial": loss.discriminator_loss(real_logits, fake_logits, weight),
            "g_adversarial": loss.generator_loss(fake_logits, real_logits),
        }
        return figures, real, fake

    def discriminator_outputs(self, images, condition=None, training=True, network=None):
        """All that the discriminator says of images. The only way by which images reach it.

        Args:
            images: of shape (batch, ...).
            condition: given to a discriminator that takes one.
            training: bool; only in training the images are augmented, and perturbed by regularizers.
            network: another network to look with, made of the discriminator's layers, of the same inputs.
        """
        if training:
            if self.augmentation is not None:
                images, condition = self.augmentation.augment(self, images, condition)
            for regularizer in self.regularizers:
                images = regularizer.perturb(self, images)
        network = network or self.discriminator
        return network(inputs_of(self.discriminator, images, condition), training=training)

    def discriminate(self, images, condition=None, training=True):
        """Logits of images, the first output of the discriminator."""
        return first(self.discriminator_outputs(images, condition, training))

    def discriminator_objective(self, batch, fake):
        """What the discriminator minimises.

        Args:
            batch: dict of real images and what accompanies them, `latents` of the fakes among it.
            fake: generated images of the same shape.

        Returns:
            A scalar, and a dict of scalar figures for the logs.
        """
        condition, real = self.condition(batch), batch["image"]
        if self.augmentation is not None:
            real = self.augmentation.replace_real(self, batch)
        outputs = [self.discriminator_outputs(x, condition) for x in (real, fake)]
        real_logits, fake_logits = map(first, outputs)
        figures = {"real_score": mean_logit(real_logits), "fake_score": mean_logit(fake_logits)}
        figures["real_sign"] = mean_logit(tf.sign(real_logits))
        counted = real_logits, fake_logits
        for regularizer in self.regularizers:
            counted = regularizer.relabel(self, *counted)
        loss = self.adversarial_loss.discriminator_loss(*counted, batch.get("sample_weight"))
        figures["d_adversarial"] = loss
        terms = self.discriminator_terms(batch, *outputs)
        loss, figures = self._add("discriminator", loss, figures, terms)
        turn = Turn(real, fake, condition, batch.get("latents"), real_logits, fake_logits)
        return self._penalize("discriminator", loss, figures, turn)

    def generator_objective(self, batch, fake):
        """What the generator minimises; arguments and returns as `discriminator_objective`."""
        condition, real_logits, weight = self.condition(batch), None, None
        outputs = self.discriminator_outputs(fake, condition)
        if self.adversarial_loss.relativistic:
            real_logits = self.discriminate(batch["image"], condition)
        fake_logits = first(outputs)
        for regularizer in self.regularizers:
            chosen = regularizer.generator_weight(self, fake_logits)
            weight = chosen if weight is None else weight if chosen is None else weight * chosen
        loss = self.adversarial_loss.generator_loss(fake_logits, real_logits, weight)
        figures = {"g_adversarial": loss}
        loss = self.adversarial_weight * loss
        loss, figures = self._add("generator", loss, figures, self.generator_terms(batch, fake, outputs))
        turn = Turn(batch["image"], fake, condition, batch.get("latents"), real_logits, fake_logits)
        return self._penalize("generator", loss, figures, turn)

    # Names of what `discriminator_terms` and `generator_terms` give.
    term_names = {"discriminator": (), "generator": ()}
    # Those among them that are logged and not minimised.
    only_logged = ()

    def discriminator_terms(self, batch, real_outputs, fake_outputs):
        """What a model adds to the discriminator's loss: a dict of scalars, by `term_names`."""
        return {}

    def generator_terms(self, batch, fake, fake_outputs):
        """What a model adds to the generator's loss: a dict of scalars, by `term_names`."""
        return {}

    def _add(self, player, loss, figures, terms):
        if set(terms) != set(self.term_names[player]):
            raise ValueError(
                f"`{player}_terms` of {type(self).__name__} must give what `term_names[{player!r}]` lists, "
                f"{list(self.term_names[player])}. Received: {list(terms)}"
            )
        minimized = [value for name, value in terms.items() if name not in self.only_logged]
        return loss + sum(minimized), {**figures, **terms}

    def _penalties(self, player):
        return [r for r in self.regularizers if isinstance(r, Penalty) and r.player == player]

    def _penalize(self, player, loss, figures, turn):
        step, dtype = self.state.step_of(player), loss.dtype
        for penalty in self._penalties(player):

            def term(penalty=penalty):
                value = penalty.penalty(self, turn)
                weight = penalty.weight_at(self.state.step_of("generator").value)
                return tf.cast(weight * penalty.interval * value, dtype)

            due = tf.equal(step % penalty.interval, 0)
            if penalty.interval == 1:
                figures[penalty.name] = term()
            elif replicas.count_and_index()[0] == 1:
                # A lazy penalty costs nothing at the steps between.
                figures[penalty.name] = tf.cond(due, term, lambda: tf.zeros((), dtype))
            else:
                # Replicas cannot exchange anything inside a branch: computed always, but counted, and its
                # traces kept (spectral norms, moving statistics, random draws), only where it is due.
                kept = [*self.generator.non_trainable_weights, *self.discriminator.non_trainable_weights]
                before = [(v, tf.identity(v.value)) for v in [*kept, *self.state.seeds()]]
                figures[penalty.name] = tf.cast(due, dtype) * term()
                for variable, value in before:
                    variable.assign(tf.where(due, variable.value, value))
            loss = loss + figures[penalty.name]
        return loss, figures


def mean_logit(logits):
    """Mean of logits of any shape, in float32 at least."""
    return tf.reduce_mean(tf.cast(logits, keras.backend.result_type(logits.dtype, "float32")))
