"""Base class of all GANs: two networks, two optimisers, one update."""

import contextlib
import dataclasses

import keras
import tensorflow as tf
from keras import ops

from keras_gan import augmentations, conditions, losses, replicas
from keras_gan.arguments import check_int
from keras_gan.layers.packing import pack_size
from keras_gan.models import checks, hooks
from keras_gan.models.generative import Generative, inputs_of
from keras_gan.networks.outputs import first, maps_of, of_two_conditions, over_maps
from keras_gan.optimizers import Adam
from keras_gan.parts import Turn, as_list
from keras_gan.regularizers import Penalty
from keras_gan.regularizers import get as get_regularizer
from keras_gan.regularizers.mismatched_pairs import mismatched_condition
from keras_gan.training.game import Game


@keras.saving.register_keras_serializable("keras_gan")
class GAN(Generative, Game):
    """A generative adversarial network that trains with `fit`.

    One training step makes k = `discriminator_steps` updates of the discriminator, each on fresh real
    images, and then one of the generator, on the fakes of the last discriminator update.

    Calling the model, `predict`, `generate`, validation and export use `ema_generator`, a moving
    average of the generator's weights with decay min(ema_decay, (1 + t) / (10 + t)) at step t;
    moving statistics (batch normalisation) are copied.

    Args:
        generator: keras.Model from latents of shape (batch, latent_dim), standard normal, to
            images of shape (batch, height, width, channels) in [-1, 1], or to vectors.
        discriminator: keras.Model from images to one logit per image or per patch, high for real,
            without a sigmoid; with several outputs (batch, ..., 1) the losses are added up.
        condition: what the networks take in addition to latents and images: the number of classes, one of
            `keras_gan.conditions`, or a tuple of them; `None` for nothing. With a condition, the networks
            take [latents, condition] and [images, condition]; a discriminator that takes images alone does
            not get it.
        noise: `keras_gan.noise.Noise` that latents are drawn from. Default: standard normal.
        ema_decay: float in [0, 1), or a schedule over generator steps such as `schedules.HalfLife`; default
            0.999; `None` for no moving average (then `ema_generator` is `generator`).
        seed: int, or `None` for a random one. It seeds everything that training draws, but not the networks'
            initial weights: call `keras.utils.set_random_seed` before building them.
        modality, dataset_name, class_names: as in `Game`.

    Raises:
        ValueError: if the two networks do not fit together.

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

    # Whether each generated image has a target.
    paired = False

    # Weight of the adversarial loss in the generator's loss.
    adversarial_weight = 1.0

    # Number of classes of the labels, or None.
    num_classes = None

    # Values before `compile` sets them.
    discriminator_steps, augmentations = 1, ()

    # Names of the discriminator outputs that the model trains in addition to the logits, in order.
    heads = ()

    # Whether the current stage of training does not use the discriminator.
    discriminator_rests = False

    # === Construction ===

    def __init__(
        self,
        generator,
        discriminator,
        *,
        condition=None,
        noise=None,
        ema_decay=0.999,
        seed=None,
        **kwargs,
    ):
        # Bypasses Keras' attribute tracking: the model is not initialised yet.
        vars(self)["_condition"] = conditions.get(condition)
        networks = {"generator": generator, "discriminator": discriminator}
        super().__init__(**networks, ema_decay=ema_decay, seed=seed, **kwargs)
        self._noise = keras.saving.deserialize_keras_object(noise) if isinstance(noise, dict) else noise
        checks.check_heads(self, discriminator)
        checks.check_noise(self._noise, generator)
        if self._condition is not None:
            checks.check_condition(self._condition, generator, self.class_names)
            self.check_discriminator_condition(discriminator)
            self.num_classes = getattr(self._condition, "num_classes", None)
        # It is an attribute so that Keras saves its weights.
        self.text_encoder = self._text_encoder()
        if self._modality is not None and self._modality.shape != self.image_shape:
            raise ValueError(
                f"`modality` is of shape {self._modality.shape}, and the networks are of {self.image_shape}."
            )

    @property
    def condition(self):
        """The networks' input beside latents and images, a `keras_gan.conditions.Condition`, or None."""
        return self._condition

    def _text_encoder(self):
        """The network that encodes texts as vectors, or None."""
        found = getattr(self._condition, "conditions", [self._condition])
        encoders = [condition.encoder for condition in found if isinstance(condition, conditions.Texts)]
        encoders = [encoder for encoder in encoders if isinstance(encoder, keras.Model)]
        if len(encoders) > 1:
            raise ValueError(
                f"A model has one text encoder of Keras, and `condition` has {len(encoders)}: join both texts into one."
            )
        return encoders[0] if encoders else None

    def get_config(self):
        parts = {"condition": self._condition, "noise": self._noise}
        parts = {name: keras.saving.serialize_keras_object(part) for name, part in parts.items() if part}
        return {**super().get_config(), **parts}

    def check_networks(self, generator, discriminator):
        """Raise a ValueError if the two networks do not fit together, or do not fit this model."""
        checks.check_networks(generator, discriminator, self._condition is not None)

    def check_discriminator_condition(self, discriminator):
        """Raise a ValueError if the discriminator takes inputs beside images that are not the condition."""
        checks.check_discriminator_condition(self._condition, discriminator)

    # === Compilation ===

    def defaults(self):
        """Values that `compile` uses for arguments left `None`: the settings of the variant's paper.

        For `GAN`: the non-saturating loss, DCGAN's Adam(2e-4, 0.5), and one discriminator step.
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
        **others,
    ):
        """Choose the parts of training. Arguments left `None` take the variant's default.

        Args:
            generator_optimizer, discriminator_optimizer: Keras optimisers or their names. Each
                player needs its own object. Under a `mixed_float16` policy they use loss scaling.
            loss: `keras_gan.losses.AdversarialLoss`, or an alias such as "wasserstein".
            regularizers: list of `keras_gan.regularizers.Regularizer` or aliases; `[]` for none.
            augmentation: `keras_gan.augmentations.Augmentation`, or an alias such as "diffaugment" or "ada",
                or a list of them, applied in order. It augments all images that the discriminator sees in
                training.
            discriminator_steps: int, discriminator updates per generator update.
            metrics: list of `keras.metrics.Metric` with `update_state(real, fake)`, images in [-1, 1], or
                aliases such as "fid" (on Inception's features). `evaluate` and validation compute them, with
                fakes of `ema_generator`.
            jit_compile: bool or "auto", whether to compile with XLA. With "auto" Keras decides, but it is off
                on a CPU and where XLA would end the process.
            steps_per_execution: int, steps in one call of the compiled function.
            run_eagerly: bool, for debugging.
            optimizer: raises a ValueError, because each player of a GAN has its own optimiser.
            others: other arguments that the model's `defaults` name, such as the optimiser of a third player.

        Raises:
            TypeError: for an argument that the model does not have.
            ValueError: for an unknown name, and for parts that cannot be combined.
        """
        self.check_known(others)
        parts = {
            "generator_optimizer": generator_optimizer,
            "discriminator_optimizer": discriminator_optimizer,
            "loss": loss,
            "regularizers": regularizers,
            "augmentation": augmentation,
            "discriminator_steps": discriminator_steps,
            **others,
        }
        self._compile(parts, metrics, jit_compile, steps_per_execution, run_eagerly, optimizer)

    def _take_parts(self, *, loss, regularizers, augmentation, discriminator_steps, **others):
        self.adversarial_loss = losses.get(loss)
        regularizers, moved = augmentations.split(as_list(regularizers))
        self.regularizers = [get_regularizer(regularizer) for regularizer in regularizers]
        self.augmentations = [augmentations.get(part) for part in [*as_list(augmentation), *moved]]
        self.discriminator_steps = check_int(discriminator_steps, "discriminator_steps")
        checks.check_parts(self)
        if self.counts_mismatched:
            of_two_conditions(self.discriminator)
        super()._take_parts(**others)

    def parts(self):
        return [*self.augmentations, *self.regularizers, self.adversarial_loss]

    def part(self, name):
        # It must be the list itself: an empty list differs from None, which means the default.
        kept = {"loss": "adversarial_loss", "augmentation": "augmentations"}.get(name, name)
        part = super().part(kept)
        return list(part) if name in ("regularizers", "augmentation") else part

    @property
    def augmentation(self):
        """The augmentation; a list if there are several, None if there is none."""
        return self.augmentations[0] if len(self.augmentations) == 1 else list(self.augmentations) or None

    @property
    def batches_per_step(self):
        return self.discriminator_steps

    def passed_by(self, player):
        # The discriminator's gradient stops at the fakes.
        return [self.generator, self.discriminator] if player == "generator" else [self.discriminator]

    @property
    def image_shape(self):
        """(height, width, channels) of the images, or (size,) for vectors."""
        return tuple(first(self.discriminator.input_shape)[1:])

    @property
    def pack_size(self):
        """How many images the discriminator sees at once: 1, or more with `Packing`."""
        return pack_size(self.discriminator)

    def __getattr__(self, name):
        # The old names are not properties, because Keras reads every property when it saves. If a property
        # raised an AttributeError, `object.__getattribute__` raises it again, with the name that was missing
        # inside it.
        return hooks.renamed(self, name) if name in hooks.RENAMED else object.__getattribute__(self, name)

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        hooks.check(cls)

    @property
    def figure_names(self):
        """Names of the metrics that a step logs, in the order in which it computes them."""
        added = {
            player: [
                *self.term_names[player],
                *self.logged_names[player],
                *(p.name for p in self._penalties(player)),
            ]
            for player in GAN.players
        }
        return [
            *("real_score", "fake_score"),
            *("d_adversarial", *added["discriminator"], "d_loss"),
            *("g_adversarial", *added["generator"], "g_loss"),
            *(name for part in self.parts() for name in part.figure_names),
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
            rounds.append(self._play(self.turn_of("discriminator", part, self.shown(fake))))
        figures = self._play(self.turn_of("generator", part, fake), generator_tape)
        means = {name: sum(figures[name] for figures in rounds) / k for name in rounds[0]} if rounds else {}
        return {**means, **figures}

    def play(self, player, batch):
        """One step of one player alone, on a batch with the values of `draw`; returns metrics as `update`."""
        with self.record("generator") as generator_tape:
            fake = self.forward(batch)
        if player == "discriminator":
            return self._play(self.turn_of("discriminator", batch, self.shown(fake)))
        return self._play(self.turn_of("generator", batch, fake), generator_tape)

    def turn_of(self, player, batch, fake):
        """A player's `Turn`, before the discriminator has computed its outputs."""
        real = batch["image"]
        for augmentation in self.augmentations if player == "discriminator" else ():
            real = augmentation.replace_real(self, {**batch, "image": real})
        return Turn(
            real,
            fake,
            self.condition_of(batch),
            batch.get("latents"),
            player=player,
            batch=batch,
            step=tf.identity(self.state.step_of(player).value),
        )

    def with_outputs(self, turn, real, fake):
        """The turn with all discriminator outputs for real (or None) and generated images."""
        said = {}
        for side, outputs in (("real", real), ("fake", fake)):
            if outputs is not None:
                said[f"{side}_logits"] = maps_of(outputs, self.heads)
                said[f"{side}_heads"] = (
                    dict(zip(self.heads, outputs[-len(self.heads) :], strict=True)) if self.heads else {}
                )
        return dataclasses.replace(turn, **said)

    def _play(self, turn, tape=None):
        """A player's step, and the updates of the parts after it."""
        figures = self.minimize(turn.player, lambda: self._objective(turn), tape)
        shared = figures
        if replicas.count_and_index()[0] > 1:
            # The state of parts must change identically on all replicas.
            shared = {name: replicas.mean(value) for name, value in figures.items()}
        for part in self.parts():
            figures |= hooks.moved(part, part.after_step(self, turn, {**figures, **shared}))
        measured = [name for penalty in self._penalties(turn.player) for name in penalty.measured]
        return {name: value for name, value in figures.items() if name not in measured}

    def _objective(self, turn):
        """A player's objective; the generator's does not change the discriminator's moving statistics."""
        if turn.player == "discriminator":
            return self.discriminator_objective(turn)
        with untouched(self.discriminator):
            return self.generator_objective(turn)

    def gradients(self, batch, fake, tape):
        """Both players' gradients by name, as `differentiate` returns them, for monitoring: no step is made.

        Args:
            batch: the result of `arrange`, with the values of `draw`.
            fake: the result of `forward`, recorded by `tape`.
            tape: of `record("generator")`.
        """
        turns = (
            self.turn_of("generator", batch, fake),
            self.turn_of("discriminator", batch, tf.stop_gradient(fake)),
        )
        tapes = {"generator": tape}
        return {
            turn.player: self.differentiate(
                turn.player, lambda turn=turn: self._objective(turn), tapes.get(turn.player)
            )[2]
            for turn in turns
        }

    def shown(self, fake):
        """The fakes that the discriminator trains on; its gradient stops there."""
        return tf.stop_gradient(fake)

    def condition_of(self, batch):
        """The part of a batch that the discriminator takes in addition to images, or None."""
        return None if self.condition is None else self.condition.of(batch)

    def condition_to_make(self, batch):
        """The part of a batch that the generator takes in addition to latents, or None.

        It is the condition of the discriminator, but images without a label get a class.
        """
        return None if self.condition is None else self.condition.to_make(batch)

    def arrange(self, batch, training=True):
        """Prepare one replica's batch for the update, or for `assess` when `training=False`."""
        return batch

    def forward(self, batch, training=True):
        """Generate fakes for a batch of real images with the values of `draw`."""
        return self.synthesize(batch["latents"], self.condition_to_make(batch), training=training)

    def samples(self, batch):
        """Fakes from the prior alone, in training mode, for monitoring."""
        return self.forward(batch)

    def side_by_side(self, images):
        """Split a tensor of the networks into the images that its channels hold side by side, a list."""
        return [images]

    def visible(self, images):
        """The part of the networks' images that is displayed and passed to metrics."""
        return images

    def assess(self, batch):
        """Real and generated images of a held-out batch, and the logits of both."""
        real, condition = batch["image"], self.condition_of(batch)
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

    def discriminator_outputs(self, images, condition=None, training=True, network=None, other=None):
        """All outputs of the discriminator for images, which reach it only through this method.

        Args:
            images: of shape (batch, ...).
            condition: passed to a discriminator that takes one.
            training: bool; images are augmented only in training.
            network: another network to use, made of the discriminator's layers, with the same inputs.
            other: a second condition, for a network that takes two.
        """
        if training:
            for augmentation in self.augmentations:
                images, condition = augmentation.augment(self, images, condition)
        network = network or self.discriminator
        condition = condition if other is None else (condition, other)
        return network(inputs_of(self.discriminator, images, condition), training=training)

    def discriminate(self, images, condition=None, training=True):
        """Logits of images; a list if the discriminator has several maps of logits."""
        return maps_of(self.discriminator_outputs(images, condition, training), self.heads)

    def discriminator_objective(self, turn):
        """The discriminator's objective.

        Args:
            turn: `Turn` without logits.

        Returns:
            The loss, a scalar, and a dict of scalar metrics for the logs.
        """
        if self.counts_mismatched:
            turn, real = self.with_mismatched(turn)
        else:
            real = self.discriminator_outputs(turn.real, turn.condition)
        turn = self.with_outputs(turn, real, self.discriminator_outputs(turn.fake, turn.condition))
        figures = {"real_score": mean_logit(turn.real_logits), "fake_score": mean_logit(turn.fake_logits)}
        if "real_sign" in self.figure_names:
            figures["real_sign"] = over_maps(lambda logits: mean_logit(tf.sign(logits)), turn.real_logits)
        counted = turn
        for regularizer in self.regularizers:
            real, fake = regularizer.relabel(self, counted)
            counted = dataclasses.replace(counted, real_logits=real, fake_logits=fake)
        loss = self.discriminator_loss(counted)
        return self._add(turn, loss, {**figures, "d_adversarial": loss}, self.discriminator_terms(turn))

    @property
    def counts_mismatched(self):
        """Whether the discriminator also counts real images with the condition of another one."""
        return any(regularizer.counts_mismatched for regularizer in self.regularizers)

    def with_mismatched(self, turn):
        """The turn with logits of mismatched pairs, and all outputs for the real images."""
        other, network = (
            mismatched_condition(turn, type(self).__name__),
            of_two_conditions(self.discriminator),
        )
        if network is None:
            real, mismatched = (self.discriminator_outputs(turn.real, c) for c in (turn.condition, other))
        else:
            outputs = self.discriminator_outputs(turn.real, turn.condition, network=network, other=other)
            half = len(outputs) // 2
            real, mismatched = (part if half > 1 else part[0] for part in (outputs[:half], outputs[half:]))
        return dataclasses.replace(turn, mismatched_logits=maps_of(mismatched, self.heads)), real

    def discriminator_loss(self, turn):
        """The discriminator's adversarial loss on the logits of its turn, as regularizers left them."""
        weight = turn.batch.get("sample_weight")
        return self.adversarial_loss.discriminator_loss(turn.real_logits, turn.fake_logits, weight)

    def generator_objective(self, turn):
        """The generator's objective; arguments and returns as `discriminator_objective`."""
        fake, real, weight = self.discriminator_outputs(turn.fake, turn.condition), None, None
        if self.adversarial_loss.relativistic:
            real = self.discriminator_outputs(turn.real, turn.condition)
        turn = self.with_outputs(turn, real, fake)
        for regularizer in self.regularizers:
            chosen = regularizer.generator_weight(self, turn)
            weight = chosen if weight is None else weight if chosen is None else weight * chosen
        loss = self.adversarial_loss.generator_loss(turn.fake_logits, turn.real_logits, weight)
        figures = {"g_adversarial": loss}
        return self._add(turn, self.adversarial_weight * loss, figures, self.generator_terms(turn))

    # Keys of the dicts that `discriminator_terms` and `generator_terms`, and `figures`, return.
    term_names = {"discriminator": (), "generator": ()}
    logged_names = {"discriminator": (), "generator": ()}

    def discriminator_terms(self, turn):
        """Terms that a model adds to the discriminator's loss: a dict of scalars, by `term_names`."""
        return {}

    def generator_terms(self, turn):
        """Terms that a model adds to the generator's loss: a dict of scalars, by `term_names`."""
        return {}

    def figures(self, turn):
        """Metrics of a turn that are logged but not minimised: a dict of scalars, by `logged_names`."""
        return {}

    def _add(self, turn, loss, figures, terms):
        logged = self.figures(turn)
        hooks.check_given(self, f"{turn.player}_terms", terms, self.term_names[turn.player])
        hooks.check_given(self, "figures", logged, self.logged_names[turn.player])
        loss = loss + sum(ops.cast(term, loss.dtype) for term in terms.values())
        figures = {**figures, **terms, **logged}
        for penalty in self._penalties(turn.player):
            value, measured = penalty.term(self, turn, loss.dtype)
            loss, figures = loss + value, {**figures, penalty.name: value, **measured}
        return loss, figures

    def _penalties(self, player):
        return [r for r in self.regularizers if isinstance(r, Penalty) and r.player == player]


@contextlib.contextmanager
def untouched(network):
    """Restore afterwards what passes in training mode change in a network, such as moving statistics."""
    before = [(v, tf.identity(v.value)) for v in network.non_trainable_weights]
    yield
    for variable, value in before:
        variable.assign(value)


def mean_logit(logits):
    """Mean of logits of any shape, in float32 or higher; for several maps the sum of their means."""

    def mean(logits):
        return tf.reduce_mean(tf.cast(logits, keras.backend.result_type(logits.dtype, "float32")))

    return over_maps(mean, logits)
