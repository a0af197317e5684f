import pytest

import keras_gan


def test_one_split_or_several():
    one = keras_gan.data.load("mnist_5k", splits="test", batch_size=10)
    (several,) = keras_gan.data.load("mnist_5k", splits=("test",), batch_size=10)
    assert len(one) == len(several) == 50


@pytest.mark.parametrize(
    "arguments",
    [{"channels": 2}, {"fit": "stretch"}, {"on_error": "ignore"}, {"splits": ()}, {"image_size": -3}],
)
def test_bad_arguments(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        keras_gan.data.load("mnist_5k", **arguments)
