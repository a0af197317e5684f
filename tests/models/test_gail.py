"""Imitation: the discriminator's optimum, rewards, resume, learning."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan.callbacks import Checkpoint, StopAtStep
from tests.conftest import SHARED
from tests.contracts import assert_same_state

pytest.importorskip("gymnasium")


def expert(n=64, seed=0):
    observations = np.random.default_rng(seed).normal(size=(n, 4)).astype("float32")
    return observations, (observations[:, 2] + 0.3 * observations[:, 3] > 0).astype("int64")


def make(reward="gail", environment="CartPole-v1", compiled=True, **options):
    keras.utils.set_random_seed(0)
    networks = keras_gan.networks.imitation(expert()[0], actions=2, widths=(16,), discriminator_widths=(16,))
    gail = keras_gan.GAIL(
        *networks, environment, reward=reward, environments=4, rollout_steps=32, seed=3, **options
    )
    if compiled:
        gail.compile(minibatch=64, policy_epochs=2)
    return gail


def test_the_discriminators_optimum_and_value():
    """Policies (.8, .2) and (.5, .5): D* = p / (p + q), and the value at it."""
    gail = make()
    table = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")]
    )
    gail.discriminator = table
    pairs = gail.pairs(np.zeros((2, 4)), [0, 1])
    given = [np.repeat(pairs, counts, axis=0) for counts in ((8, 2), (5, 5))]
    optimizer = keras.optimizers.SGD(1.0)
    for _ in range(300):
        with tf.GradientTape() as tape:
            loss, _ = gail.discriminator_objective(*given)
        optimizer.apply(tape.gradient(loss, table.trainable_weights), table.trainable_weights)
    found = 1 / (1 + np.exp(-gail.logits(pairs).numpy()))
    np.testing.assert_allclose(found, [0.6154, 0.2857], atol=1e-4)
    assert float(loss) == pytest.approx(1.284951, abs=1e-5)
    np.testing.assert_allclose(gail.rewards(pairs), -np.log(1 - found), atol=1e-5)


def test_rewards_of_airl_are_the_logit_with_the_policys_probability():
    gail = make("airl")
    pairs = gail.pairs(*expert(10))
    f = gail.discriminator(pairs).numpy()[:, 0]
    logits = gail.policy(pairs[:, :4]).numpy()
    log_policy = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    wanted = f - log_policy[np.arange(10), expert(10)[1]]
    np.testing.assert_allclose(gail.logits(pairs), wanted, atol=1e-5)
    np.testing.assert_allclose(gail.rewards(pairs), wanted, atol=1e-5)


def test_a_rollout_is_what_the_environment_does():
    import gymnasium

    world = keras_gan.environments.Environments("CartPole-v1", 3)
    right = world.rollout(lambda x: (np.ones(3, int), np.zeros(3)), 40, [5, 7])
    again = world.rollout(lambda x: (np.ones(3, int), np.zeros(3)), 40, [5, 7])
    for name in right:
        np.testing.assert_array_equal(right[name], again[name])
    # One copy, stepped by hand through its first episode.
    seed = np.random.SeedSequence([5, 7]).generate_state(3)[1]
    env = gymnasium.make("CartPole-v1")
    state, _ = env.reset(seed=int(seed))
    for t in range(40):
        np.testing.assert_array_equal(right["observations"][t, 1], state)
        state, _, terminated, truncated, _ = env.step(1)
        np.testing.assert_array_equal(right["next_observations"][t, 1], state)
        assert right["terminated"][t, 1] == terminated and right["truncated"][t, 1] == truncated
        if terminated:
            break
    # The next episode begins anew, and the last state of this one was not its first.
    assert (
        np.abs(right["observations"][t + 1, 1]).max() < 0.06 < np.abs(right["next_observations"][t, 1]).max()
    )
    assert len(right["returns"]) == right["terminated"].sum() + right["truncated"].sum()
    assert 1 + t in right["returns"]


@pytest.mark.parametrize("reward", ["gail", "airl"])
@pytest.mark.slow
def test_resumed_saved_and_loaded(reward, tmp_path):
    def fit(folder, *callbacks):
        gail = make(reward, ema_decay=0.9)
        callbacks = [*callbacks, Checkpoint(folder)]
        gail.fit(gail.pairs(*expert()), batch_size=16, epochs=2, verbose=0, callbacks=callbacks)
        return gail

    whole = fit(tmp_path / "whole")
    fit(tmp_path / "cut", StopAtStep(3))
    assert_same_state(whole, fit(tmp_path / "cut"))
    whole.save(tmp_path / "gail.keras")
    loaded = keras.saving.load_model(tmp_path / "gail.keras")
    np.testing.assert_array_equal(loaded.play(3, seed=1), whole.play(3, seed=1))
    for gail in (whole, loaded):
        gail.fit(gail.pairs(*expert()), batch_size=32, verbose=0)
    assert_same_state(whole, loaded)


def test_each_player_moves_its_networks_alone():
    gail = make()
    before = [network.get_weights() for network in (gail.policy, gail.value, gail.discriminator)]
    gail.enter_stage()
    played = gail._played()
    gail._train_policy(played)
    after = [network.get_weights() for network in (gail.policy, gail.value, gail.discriminator)]
    same = [
        all((a == b).all() for a, b in zip(*pair, strict=True)) for pair in zip(before, after, strict=True)
    ]
    assert same == [False, False, True]
    # Two epochs of 128 steps in minibatches of 64.
    assert int(gail.state.policy_step.numpy()) == 4 and int(gail.state.step.numpy()) == 0


@pytest.mark.slow
@pytest.mark.skipif(
    not (SHARED / "data" / "classic_experts.npz").exists(), reason="the experts are not at hand"
)
def test_one_trajectory_of_an_expert_is_enough_for_cartpole():
    keras.utils.set_random_seed(0)
    observations, actions = keras_gan.data.experts(
        SHARED / "data" / "classic_experts.npz", "cartpole_", trajectories=1
    )
    assert len(observations) == 500
    gail = keras_gan.GAIL(*keras_gan.networks.imitation(observations, 2), "CartPole-v1", seed=0)
    gail.compile()
    before = gail.play(10).mean()
    gail.fit(gail.pairs(observations, actions), batch_size=250, epochs=55, verbose=0)
    assert before < 200 and gail.play(20).mean() > 450


@pytest.mark.slow
def test_behaviour_cloning_learns_a_linear_rule():
    gail = make()
    assert gail.clone_behaviour(*expert(600), epochs=60) > 0.9


def test_episodes_are_filmed(tmp_path):
    pytest.importorskip("pygame")
    gail = make()
    returns = gail.film(tmp_path / "a.gif", episodes=2)
    assert returns.shape == (2,)
    frames, _ = keras_gan.data.read_video(tmp_path / "a.gif")
    assert len(frames) == returns.sum() and frames.std() > 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: make(environment="Pendulum-v1"), "continuous actions are not supported"),
        (lambda: make(environment="Cartpole-v17"), "There is no environment 'Cartpole-v17'"),
        (lambda: make(environment="Acrobot-v1"), "`policy` must be from 6 to 3 numbers"),
        (lambda: make("dac"), "`reward` must be"),
        (lambda: make(compiled=False).compile(minibatch=1000), "A step plays 128 steps"),
        (lambda: make(compiled=False).compile(gamma=1.5, minibatch=64), "`gamma`"),
        (lambda: make().pairs(np.zeros((3, 5)), [0, 1, 0]), "are 4 numbers"),
        (lambda: make().pairs(np.zeros((3, 4)), [0, 1, 2]), "ints from 0 to 1"),
        (lambda: make().play(0), "`episodes`"),
        (lambda: keras_gan.networks.imitation(np.zeros(4), 2), "`observations` must have the shape"),
        (lambda: keras_gan.networks.imitation(np.zeros((4, 2)), 1), "`actions`"),
    ],
)
def test_wrong_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_an_environment_made_by_a_function_cannot_be_saved(tmp_path):
    import gymnasium

    gail = make(environment=lambda **options: gymnasium.make("CartPole-v1", **options))
    gail.fit(gail.pairs(*expert()), batch_size=32, verbose=0)
    with pytest.raises(ValueError, match="give a name of gymnasium's"):
        gail.save(tmp_path / "gail.keras")
