import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan.regularizers import PathLengthPenalty
from tests.contracts import check_config
from tests.helpers import tiny_gan
from tests.models.test_stylegan2 import IMAGES, style_gan


def test_path_length_by_hand():
    """Of a synthesis that is linear, image = A w, the Jacobian is A."""
    gan = style_gan()
    rng = np.random.default_rng(0)
    ws = keras.Input((6, 8))
    matrix = keras.layers.Dense(16 * 16 * 3, use_bias=False)
    synthesis = keras.Model(
        ws, keras.layers.Reshape((16, 16, 3))(matrix(keras.layers.Flatten()(ws))), name="synthesis"
    )
    a = rng.normal(size=(48, 768)).astype("float32")
    matrix.kernel.assign(a)
    penalty = PathLengthPenalty(shrink=1)
    latents = keras.Input((8,))
    w = gan.generator.get_layer("mapping")(latents)
    generator = keras.Model(latents, synthesis(keras.layers.RepeatVector(6)(w)))
    linear = keras_gan.StyleGAN2(generator, gan.discriminator, ema_decay=None, seed=0)
    linear.compile(regularizers=[penalty])
    turn = keras_gan.regularizers.Turn(None, tf.zeros((64, 16, 16, 3)))
    value, measured = penalty.penalty(linear, turn)
    assert float(linear.state.path_length_mean) == 0.0
    penalty.after_step(linear, keras_gan.regularizers.Turn(None, None, player="generator"), measured)
    # |A^T y|^2 / 6 of y ~ N(0, 1 / 256), whose mean is trace(A A^T) / 256 / 6.
    length = np.sqrt((a**2).sum() / 256 / 6)
    assert float(linear.state.path_length_mean) == pytest.approx(0.01 * length, rel=0.05)
    assert float(value) == pytest.approx((0.99 * length) ** 2, rel=0.1)


@pytest.mark.slow
def test_config_and_every_other_step():
    arguments = {"weight": 3.0, "interval": 2, "decay": 0.9, "shrink": 1}
    check_config(PathLengthPenalty(**arguments), arguments)
    assert type(keras_gan.regularizers.get("path_length")) is PathLengthPenalty
    gan = style_gan(regularizers=[PathLengthPenalty(**arguments)])
    figures = [float(gan.train_on_batch(IMAGES, return_dict=True)["path_length"]) for _ in range(4)]
    assert figures[0] > 0 and figures[2] > 0 and figures[1] == figures[3] == 0
    with pytest.raises(ValueError, match="mapped to w"):
        tiny_gan(regularizers=["path_length"])
    with pytest.raises(ValueError, match="`shrink`"):
        PathLengthPenalty(shrink=0)
