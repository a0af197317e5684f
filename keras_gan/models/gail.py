"""Generative adversarial imitation learning."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gan import random
from keras_gan.arguments import check_fraction, check_int, check_weight
from keras_gan.data.videos import write_video
from keras_gan.environments import Environments
from keras_gan.modalities import Vectors
from keras_gan.models.ppo import advantages, policy_loss
from keras_gan.optimizers import Adam
from keras_gan.training.game import Game


@keras.saving.register_keras_serializable("keras_gan")
class GAIL(Game):
    """A policy that learns to imitate an expert from the expert's states and actions alone.

        D: logits f(s, a), high for the expert;  -E_expert log sigmoid(f) - E_policy log(1 - sigmoid(f))
        reward "gail": softplus(f) = -log(1 - D);  "airl": log D - log(1 - D) = f - log pi(a | s), where D = exp(f) / (exp(f) + pi(a | s))

    One training step starts new episodes and plays `rollout_steps` steps in each of several copies of the
    environment. It trains the policy by PPO on the discriminator's rewards, and then the discriminator on a
    batch of the expert's pairs and as many of the policy's. The environment's own rewards are only logged:
    `episode_return`, the mean over episodes that ended within the step. Adam(1e-3) for both players.

    The reward "gail" is positive, which favours long episodes, as in CartPole. If the task is to end an
    episode early, as in MountainCar and Acrobot, use "airl", whose reward may be positive or negative.

    Args:
        policy, value, discriminator: the networks of `networks.imitation`.
        environment: name of a gymnasium environment with discrete actions, or a function that makes one; for
            `film` the function must take `render_mode`.
        reward: "gail" or "airl".
        environments: int, copies that step together. Default 8.
        rollout_steps: int, steps of each copy. Default: the environment's limit of an episode, at most 500.
        ema_decay: as in `GAN`; default None. seed: int, also for the episodes; None is 0.

    `compile(policy_optimizer=, discriminator_optimizer=, gamma=0.99, lam=0.95, clip=0.2, entropy=0.005, policy_epochs=4,
    minibatch=256)`.

    Raises:
        ImportError: if `pip install 'keras-gan[rl]'` is missing. ValueError: for an environment with
            continuous actions, and for networks that do not fit it.

    Example:
    >>> observations, actions = np.random.default_rng(0).normal(size=(64, 4)), np.arange(64) % 2
    >>> networks = keras_gan.networks.imitation(observations, actions=2, widths=(8,))
    >>> gail = keras_gan.GAIL(*networks, "CartPole-v1", environments=2, rollout_steps=16)
    >>> gail.compile(minibatch=32)
    >>> history = gail.fit(gail.pairs(observations, actions), batch_size=32, verbose=0)
    >>> gail.play(episodes=2).shape
    (2,)

    Reference: Ho & Ermon, "Generative Adversarial Imitation Learning", 2016, https://arxiv.org/abs/1606.03476; AIRL: Fu et al., "Learning
    Robust Rewards with Adversarial Inverse Reinforcement Learning", 2018, https://arxiv.org/abs/1710.11248
    """

    networks = ("policy", "value", "discriminator")
    players = {"policy": ("policy", "value"), "discriminator": ("discriminator",)}
    averaged = ("policy",)
    loss_names = {"policy": "policy_loss", "discriminator": "d_loss"}
    figure_names = (
        *("policy_loss", "d_loss", "expert_score", "policy_score", "value_error", "entropy"),
        *("episode_return", "episodes"),
    )
    classes_of_outputs = True

    def __init__(
        self,
        policy,
        value,
        discriminator,
        environment,
        *,
        reward="gail",
        environments=8,
        rollout_steps=None,
        ema_decay=None,
        **kwargs,
    ):
        if reward not in ("gail", "airl"):
            raise ValueError(f'`reward` must be "gail" or "airl". Received: {reward!r}')
        world = Environments(environment, environments)
        size, count = world.observation_shape[0], world.actions
        wanted = {"policy": (size, count), "value": (size, 1), "discriminator": (size + count, 1)}
        for name, network in (("policy", policy), ("value", value), ("discriminator", discriminator)):
            self.check_networks(**{name: network})
            shapes = network.input_shape, network.output_shape
            if shapes != tuple((None, side) for side in wanted[name]):
                raise ValueError(
                    f"{environment} has states of {size} numbers and {count} actions: `{name}` must be from {wanted[name][0]} to "
                    f"{wanted[name][1]} numbers. Received: {shapes}"
                )
        kwargs.setdefault("modality", Vectors((size + count,)))
        super().__init__(policy, value, discriminator, ema_decay=ema_decay, **kwargs)
        self.environment, self.reward = environment, reward
        self.environments = world.count
        self.rollout_steps = check_int(rollout_steps, "rollout_steps", optional=True) or min(
            world.limit or 500, 500
        )
        # Bypasses Keras' attribute tracking: these are not part of the model.
        vars(self)["world"] = world
        wide, flat = (self.rollout_steps, world.count, size), (self.rollout_steps, world.count)
        shapes = {"observations": wide, "next_observations": wide, "actions": flat, "log_probabilities": flat}
        shapes |= {"terminated": flat, "truncated": flat, "episode_return": (), "episodes": ()}
        vars(self)["_rollout"] = {
            name: tf.Variable(tf.zeros(shape, "int32" if name == "actions" else "float32"), trainable=False)
            for name, shape in shapes.items()
        }
        vars(self)["_choices"] = {
            average: tf.function(self._logits_of(network), reduce_retracing=True)
            for average, network in ((False, self.policy), (True, self.ema_policy))
        }

    @staticmethod
    def _logits_of(network):
        return lambda observations: ops.cast(network(observations, training=False), "float32")

    def get_config(self):
        if callable(self.environment):
            raise ValueError(
                "A model whose environment is made by a function cannot be saved: give a name of gymnasium's."
            )
        about = {
            name: getattr(self, name) for name in ("environment", "reward", "environments", "rollout_steps")
        }
        return {**super().get_config(), **about}

    @property
    def image_shape(self):
        return tuple(self.discriminator.input_shape[1:])

    def defaults(self):
        return {
            "policy_optimizer": Adam(1e-3),
            "discriminator_optimizer": Adam(1e-3),
            "gamma": 0.99,
            "lam": 0.95,
            "clip": 0.2,
            "entropy": 0.005,
            "policy_epochs": 4,
            "minibatch": 256,
        }

    def _take_parts(self, *, gamma, lam, clip, entropy, policy_epochs, minibatch, **optimizers):
        samples = self.environments * self.rollout_steps
        if check_int(minibatch, "minibatch") > samples:
            raise ValueError(
                f"A step plays {samples} steps of the environment. Received: minibatch={minibatch}"
            )
        if self.distribute_strategy.num_replicas_in_sync > 1:
            raise ValueError("GAIL plays its environments in one process: it cannot use several replicas.")
        super()._take_parts(
            gamma=check_fraction(gamma, "gamma"),
            lam=check_fraction(lam, "lam"),
            clip=check_weight(clip, "clip"),
            entropy=check_weight(entropy, "entropy"),
            policy_epochs=check_int(policy_epochs, "policy_epochs"),
            minibatch=minibatch,
            **optimizers,
        )

    def pairs(self, observations, actions):
        """Join an expert's states and one-hot actions for `fit`: float32 of shape (n, d + actions).

        Raises:
            ValueError: for states or actions that the environment does not have.
        """
        observations, actions = np.asarray(observations, "float32"), np.asarray(actions)
        size, count = self.world.observation_shape[0], self.world.actions
        if observations.ndim != 2 or observations.shape[1] != size:
            raise ValueError(
                f"The states of {self.environment} are {size} numbers. Received: {observations.shape}"
            )
        if actions.shape != (len(observations),) or not np.isin(actions, np.arange(count)).all():
            raise ValueError(
                f"`actions` must be {len(observations)} ints from 0 to {count - 1}. Received: {actions.dtype} of shape {actions.shape}"
            )
        return np.concatenate([observations, np.eye(count, dtype="float32")[actions.astype("int64")]], axis=1)

    # === The update ===

    def update(self, batch):
        played = self._played()
        figures = self._train_policy(played)
        expert = batch["image"]
        chosen = self._sample(played["pairs"], tf.shape(expert)[0])
        figures |= self.minimize("discriminator", lambda: self.discriminator_objective(expert, chosen))
        return figures | {name: played[name] for name in ("episode_return", "episodes")}

    def discriminator_objective(self, expert, made):
        """The discriminator's loss on pairs of expert and policy; returns (loss, metrics) for `minimize`."""
        logits = [self.logits(pairs) for pairs in (expert, made)]
        loss = ops.mean(ops.softplus(-logits[0])) + ops.mean(ops.softplus(logits[1]))
        return loss, {"expert_score": ops.mean(logits[0]), "policy_score": ops.mean(logits[1])}

    def logits(self, pairs):
        """The discriminator's logits for pairs, (batch,), high for the expert."""
        logits = ops.cast(self.discriminator(pairs, training=True), "float32")[:, 0]
        if self.reward == "gail":
            return logits
        size = self.world.observation_shape[0]
        log_policy = ops.log_softmax(ops.cast(self.policy(pairs[:, :size], training=False), "float32"))
        return logits - ops.stop_gradient(ops.sum(log_policy * ops.cast(pairs[:, size:], "float32"), axis=1))

    def rewards(self, pairs):
        """The policy's rewards for pairs, (batch,)."""
        logits = self.logits(pairs)
        return ops.softplus(logits) if self.reward == "gail" else logits

    def _played(self):
        """A rollout of the current policy, with advantages."""
        steps, count, size = self.rollout_steps, self.environments, self.world.observation_shape[0]
        played = {name: tf.identity(variable) for name, variable in self._rollout.items()}
        flat = tf.reshape(played["observations"], (-1, size))
        one_hot = tf.one_hot(tf.reshape(played["actions"], (-1,)), self.world.actions)
        pairs = tf.concat([flat, one_hot], axis=1)
        values, following = (
            tf.reshape(ops.cast(self.value(x, training=False), "float32"), (steps, count))
            for x in (flat, tf.reshape(played["next_observations"], (-1, size)))
        )
        rewards = tf.reshape(self.rewards(pairs), (steps, count))
        gain, targets = advantages(
            rewards, values, following, played["terminated"], played["truncated"], self.gamma, self.lam
        )
        gain = (gain - tf.reduce_mean(gain)) / (tf.math.reduce_std(gain) + 1e-6)
        columns = (played["actions"], played["log_probabilities"], gain, targets)
        rows = [tf.stop_gradient(x) for x in (flat, *(tf.reshape(column, (-1,)) for column in columns))]
        return {
            "pairs": pairs,
            "rows": rows,
            **{name: played[name] for name in ("episode_return", "episodes")},
        }

    def enter_stage(self):
        """Play a rollout before each step.

        Within the step it would deadlock on one core: the policy waits for the step, and the step for the
        policy."""
        super().enter_stage()
        if self.steps_per_execution > 1:
            raise ValueError(
                f"GAIL plays before each step. Received: steps_per_execution={self.steps_per_execution}"
            )
        seed = [int(self.seed or 0), int(self.state.step.numpy())]
        generator = np.random.default_rng(seed)
        found = self.world.rollout(lambda x: self._act(x, generator), self.rollout_steps, seed)
        returns = found.pop("returns")
        # The return is unknown if no episode ended in this step.
        found |= {"episode_return": returns.mean() if len(returns) else 0.0, "episodes": len(returns)}
        for name, values in found.items():
            self._rollout[name].assign(tf.cast(values, self._rollout[name].dtype))

    def _act(self, observations, generator, average=False):
        """Draw actions, or take the likeliest if `generator` is None; return them and log probabilities."""
        logits = self._choices[average](tf.constant(observations, "float32")).numpy().astype("float64")
        logits -= np.log(
            np.exp(logits - logits.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True)
        ) + logits.max(axis=1, keepdims=True)
        noise = 0.0 if generator is None else generator.gumbel(size=logits.shape)
        actions = (logits + noise).argmax(axis=1)
        return actions, logits[np.arange(len(actions)), actions]

    def _train_policy(self, played):
        """Run PPO's epochs over a rollout; return the metrics of the last step."""
        samples = self.environments * self.rollout_steps
        each = samples // self.minibatch
        order = tf.concat(
            [tf.argsort(random.uniform((samples,), self.seed_generator)) for _ in range(self.policy_epochs)],
            axis=0,
        )

        def figures_of(i):
            epoch, part = i // each, i % each
            start = epoch * samples + part * self.minibatch
            rows = [tf.gather(values, order[start : start + self.minibatch]) for values in played["rows"]]
            return self.minimize("policy", lambda: self.policy_objective(*rows))

        names = ("value_error", "entropy", "policy_loss")

        def body(i, *_):
            figures = figures_of(i)
            return (i + 1, *(tf.cast(figures[name], "float32") for name in names))

        _, *values = tf.while_loop(
            lambda i, *_: i < self.policy_epochs * each,
            body,
            (tf.constant(0), *[tf.zeros(())] * 3),
            parallel_iterations=1,
        )
        return dict(zip(names, values, strict=True))

    def policy_objective(self, observations, actions, log_probabilities, gain, targets):
        """PPO's loss of a minibatch; returns (loss, metrics) for `minimize`."""
        logits = self.policy(observations, training=True)
        loss, entropy = policy_loss(logits, actions, log_probabilities, gain, self.clip)
        values = ops.cast(self.value(observations, training=True), "float32")[:, 0]
        error = ops.mean(ops.square(values - targets))
        return loss + 0.5 * error - self.entropy * entropy, {"value_error": error, "entropy": entropy}

    def _sample(self, pairs, count):
        samples = self.environments * self.rollout_steps
        chosen = tf.argsort(random.uniform((samples,), self.seed_generator))
        return tf.gather(pairs, tf.gather(chosen, tf.range(count) % samples))

    # === Use ===

    def call(self, inputs, training=False):
        """Logits of actions for states, from `ema_policy`."""
        return self.ema_policy(inputs, training=training)

    def play(self, episodes=10, seed=0, greedy=True):
        """Play whole episodes; return the sums of the environment's own rewards, array of shape (episodes,).

        Args:
            episodes: int.
            seed: int; the episodes differ from those of the training.
            greedy: bool, whether to take the likeliest action; otherwise actions are drawn.
        """
        check_int(episodes, "episodes")
        generator = None if greedy else np.random.default_rng(seed)
        return self.world.play(lambda x: self._act(x, generator, average=True), episodes, seed)[0]

    def film(self, path, episodes=1, seed=0, fps=30):
        """Write episodes as a GIF, WebP or MP4 file; return the sums of their rewards.

        Gymnasium's classic environments need its extra `classic-control` for this.
        """
        check_int(episodes, "episodes")
        returns, frames = self.world.play(
            lambda x: self._act(x, None, average=True), episodes, seed, render=True
        )
        write_video(path, np.stack(frames), fps)
        return returns

    def clone_behaviour(self, observations, actions, epochs=200, batch_size=64, validation=0.3, seed=0):
        """Train only the policy to predict the expert's actions: behaviour cloning, as a baseline.

        Args:
            observations, actions: as in `pairs`.
            epochs: int, maximum number of epochs. Training stops early if the held-out loss has not fallen
                for 20 epochs, and restores the best weights.
            batch_size: int.
            validation: float, share of the pairs that is held out.
            seed: int, for the order of the pairs.

        Returns:
            The share of held-out states in which the policy predicts the expert's action.
        """
        pairs = self.pairs(observations, actions)
        states, wanted = (
            pairs[:, : self.world.observation_shape[0]],
            pairs[:, self.world.observation_shape[0] :].argmax(axis=1),
        )
        order = np.random.default_rng(seed).permutation(len(states))
        count = int(check_fraction(validation, "validation") * len(order))
        if not 0 < count < len(order):
            raise ValueError(
                f"`validation` must hold out some of the {len(order)} pairs, not all. Received: {validation}"
            )
        held_out, rest = np.split(order, [count])
        network = keras.Model(self.policy.inputs, self.policy.outputs)
        network.compile(
            keras.optimizers.Adam(1e-3),
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
            jit_compile=False,
        )
        patience = keras.callbacks.EarlyStopping("val_loss", patience=20, restore_best_weights=True)
        network.fit(
            states[rest],
            wanted[rest],
            batch_size,
            epochs,
            verbose=0,
            validation_data=(states[held_out], wanted[held_out]),
            callbacks=[patience],
        )
        if self.ema_policy is not self.policy:
            self.ema_policy.set_weights(self.policy.get_weights())
        return float(network.evaluate(states[held_out], wanted[held_out], verbose=0)[1])
