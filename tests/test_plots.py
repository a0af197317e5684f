import numpy as np
import pytest

import keras_gan
from keras_gan import plots
from tests.helpers import tiny_gan


def test_history_from_all_sources(tmp_path, images):
    import keras

    gan = tiny_gan()
    history = gan.fit(
        images,
        batch_size=8,
        epochs=3,
        verbose=0,
        validation_data=images,
        callbacks=[keras.callbacks.CSVLogger(tmp_path / "history.csv")],
    )
    for source in (history, history.history, tmp_path, tmp_path / "history.csv"):
        curves = plots.read_history(source)
        np.testing.assert_allclose(curves["d_loss"], history.history["d_loss"])
        figure = plots.history(source)
        panels = {axis.get_title(): axis for axis in figure.axes}
        assert set(panels) == {"losses", "scores"}
        lines = {line.get_label(): line for line in panels["losses"].get_lines()}
        np.testing.assert_allclose(
            lines["val_g_adversarial"].get_ydata(), history.history["val_g_adversarial"]
        )
    only = plots.history(history, ["d_loss"])
    assert [line.get_label() for line in only.axes[0].get_lines()] == ["d_loss"]
    with pytest.raises(ValueError, match=r"The history has.*Received: \['d_lss'\]"):
        plots.history(history, ["d_lss"])
    with pytest.raises(ValueError, match="no history"):
        plots.history(tmp_path / "none")


def test_epochs_without_a_validation_are_left_out():
    nan = float("nan")
    figure = plots.history({"val_fid": [nan, 50.0, nan, 40.0], "empty": [nan] * 4})
    (axis,) = figure.axes
    assert axis.get_lines()[0].get_xydata().tolist() == [[2, 50], [4, 40]]
    # `fit` with validation_freq=2 has a shorter list.
    figure = plots.history({"d_loss": [1.0] * 4, "val_fid": [50.0, 40.0]})
    assert figure.axes[1].get_lines()[0].get_xydata().tolist() == [[2, 50], [4, 40]]


def test_pictures(images):
    gan = tiny_gan()
    picture = np.asarray(plots.grid(gan.generate(6, 0), 3).axes[0].get_images()[0].get_array())
    np.testing.assert_array_equal(picture, np.asarray(keras_gan.grid.image_grid(gan.generate(6, 0), 3)))
    assert (
        plots.interpolation(gan, rows=2, columns=3, path="lerp").axes[0].get_title() == "interpolation (lerp)"
    )


def test_logits_are_the_discriminators(images):
    gan = tiny_gan()
    figure = plots.logits(gan, images, n=32, held_out=images[32:])
    names = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert names == ["real", "generated", "held out"]
    real = gan.discriminate(images[:32], training=False).numpy()
    assert figure.axes[0].get_xlim()[0] <= real.min() and real.max() <= figure.axes[0].get_xlim()[1]
