import pytest

from keras_gan.callbacks import StopAtStep
from tests.helpers import tiny_gan


def test_counts_steps_over_every_fit(images):
    gan = tiny_gan()
    gan.fit(images, batch_size=16, epochs=9, verbose=0, callbacks=[StopAtStep(6)])
    assert int(gan.state.generator_step) == 6
    gan.fit(images, batch_size=16, epochs=9, verbose=0, callbacks=[StopAtStep(9)])
    assert int(gan.state.generator_step) == 9


def test_bad_steps():
    with pytest.raises(ValueError, match="steps"):
        StopAtStep(0)
