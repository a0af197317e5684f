"""Every loss with every regularizer, conditioned or not, in both precisions, with XLA or without.

By default a pairwise covering set, with up to two regularizers: any two values of two different
columns meet in some cell; of them the quick tests take every fourth, the slow ones the rest. Every loss
with every regularizer in every setting, one regularizer at a time, are 1,152 cells (an hour):
`KERAS_GAN_FULL_PRODUCT=1 python -m pytest -m 'slow or not slow' tests/test_combinations.py`.
"""

import itertools
import os
import random
import tempfile

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan.regularizers import LatentConsistencyPenalty
from tests.helpers import assert_same_state, tiny_gan

LOSSES = (
    *("minimax", "non_saturating", "least_squares", "wasserstein", "hinge"),
    *("relativistic", "relativistic_average", "f_divergence"),
)
GRADIENT_PENALTIES = (
    None,
    "gradient_penalty",
    "dragan",
    "wasserstein_divergence",
    "max_gradient",
    "r1",
    "r2",
)
OTHERS = (
    *(None, "weight_clipping", "orthogonal", "consistency", "balanced_consistency", "latent_consistency"),
    *("lecam", "drift", "feature_matching", "instance_noise", "label_flipping", "top_k"),
)
COLUMNS = (LOSSES, GRADIENT_PENALTIES, OTHERS, (False, True), ("float32", "mixed_bfloat16"), (False, True))


def covering():
    """Cells in which every pair of values meets; XLA, which compiles for long, as seldom as can be."""
    draw = random.Random(0)
    pairs = {
        (i, a, j, b)
        for i, j in itertools.combinations(range(len(COLUMNS)), 2)
        for a in COLUMNS[i]
        for b in COLUMNS[j]
    }
    cells = []
    while pairs:
        best, new = None, set()
        for _ in range(200):
            cell = [draw.choice(column) for column in COLUMNS]
            i, a, j, b = draw.choice(sorted(pairs, key=str))
            cell[i], cell[j] = a, b
            if draw.random() < 0.9 and 5 not in (i, j):
                cell[5] = False
            met = {
                (i, cell[i], j, cell[j]) for i, j in itertools.combinations(range(len(COLUMNS)), 2)
            } & pairs
            if len(met) > len(new):
                best, new = cell, met
        pairs -= new
        cells.append(tuple(best))
    return cells


def full_product():
    """Every loss with none or one of all regularizers, in every setting."""
    single = [(penalty, None) for penalty in GRADIENT_PENALTIES] + [(None, other) for other in OTHERS[1:]]
    return [
        (loss, *regularizers, *setting)
        for setting in itertools.product(*COLUMNS[3:])
        for loss in LOSSES
        for regularizers in single
    ]


CELLS = full_product() if os.environ.get("KERAS_GAN_FULL_PRODUCT") else covering()


def test_the_default_set_is_small():
    assert len(covering()) <= 120


@pytest.mark.parametrize(
    ("loss", "gradient_penalty", "other", "conditional", "policy", "jit_compile"),
    [pytest.param(*cell, marks=[] if i % 4 == 0 else [pytest.mark.slow]) for i, cell in enumerate(CELLS)],
    ids=lambda value: str(value),
)
def test_two_steps_save_load_and_the_same_step(
    loss, gradient_penalty, other, conditional, policy, jit_compile
):
    cell = (loss, gradient_penalty, other, conditional, policy, jit_compile)
    keras.config.set_dtype_policy(policy)
    rng = np.random.default_rng(0)
    classes = {"num_classes": 3} if conditional else {}
    if other in ("consistency", "balanced_consistency"):
        shape = (8, 8, 1)  # what these shift and mirror must be images
        size = {"latent_dim": 2, "filters": 2, "kernel_size": 3, "discriminator_normalization": "none"}
        networks = keras_gan.networks.dcgan(shape, **size, **classes)
    else:
        shape = (3,)
        networks = keras_gan.networks.mlp(3, hidden=(4, 4), **classes)
    model = keras_gan.ConditionalGAN if conditional else keras_gan.GAN
    other = LatentConsistencyPenalty() if other == "latent_consistency" else other
    gan = tiny_gan(
        lambda *pair, **kwargs: model(*pair, **classes, **kwargs),
        networks=networks,
        loss=loss,
        regularizers=[part for part in (gradient_penalty, other) if part not in (None, "instance_noise")],
        augmentation=other if other == "instance_noise" else None,
        jit_compile=jit_compile,
        # Without XLA the step's Python is run, but for every fourth cell: tracing takes its time.
        run_eagerly=not jit_compile and CELLS.index(cell) % 4 > 0,
    )
    data = [rng.uniform(-1, 1, (4, *shape)).astype("float32")] + (
        [np.array([0, 1, 2, 0])] if conditional else []
    )
    for _ in range(2):
        figures = gan.train_on_batch(*data, return_dict=True)
    assert all(np.isfinite(float(value)) for value in figures.values())
    with tempfile.TemporaryDirectory() as folder:
        gan.save(f"{folder}/gan.keras")
        again = keras.saving.load_model(f"{folder}/gan.keras")
    for each in (gan, again):
        each.train_on_batch(*data)
    assert_same_state(gan, again)
