"""Objectives leave no trace: computing one twice gives the same and changes nothing that the parts keep."""

import numpy as np
import pytest
import tensorflow as tf

from tests.compatibility import CASES, data_of, model_of


@pytest.mark.parametrize("name", CASES)
def test_computing_an_objective_twice_changes_no_state(name):
    gan = model_of(name)
    gan.enter_stage()
    # A step, so that averages, pools and probabilities have begun.
    batch = {key: tf.constant(values[:4]) for key, values in data_of(name).items()}
    gan.compile(**CASES[name][1], run_eagerly=True)
    gan.state.epoch_position.assign(0)
    gan.step(gan.unpack({key: tf.concat([x] * gan.discriminator_steps, 0) for key, x in batch.items()}))

    batch = {**gan.arrange(gan.unpack(batch)), **gan.draw(tf.shape(batch["image"])[0], gan.seed_generator)}
    fake = gan.forward(batch)
    kept = gan.state.by_name()
    seeds = {key: v for key, v in kept.items() if key.startswith("seed_")}
    for player in gan.players:
        before = {key: v.numpy() for key, v in kept.items()}
        losses = []
        for _ in range(2):
            for key, seed in seeds.items():
                seed.assign(before[key])
            turn = gan.turn_of(player, batch, fake)
            losses.append(float(getattr(gan, f"{player}_objective")(turn)[0]))
        # Spectral norms and moving statistics are the networks' own, and move in training mode.
        assert losses[0] == pytest.approx(losses[1], rel=1e-4)
        for key in set(kept) - set(seeds):
            np.testing.assert_array_equal(kept[key].numpy(), before[key], err_msg=key)
