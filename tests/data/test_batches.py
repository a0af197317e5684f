import numpy as np
import pytest

from keras_gan.data.batches import unpack


def test_every_form_becomes_a_dict():
    x, y, w = np.zeros(2), np.ones(2), np.full(2, 2.0)
    assert set(unpack(x)) == set(unpack((x,))) == set(unpack((x, None, None))) == {"image"}
    assert unpack((x, y, w))["label"] is y and unpack((x, y, w))["sample_weight"] is w
    assert unpack({"image": x, "condition": y})["condition"] is y
    assert unpack(({"image": x}, None)) == {"image": x}


@pytest.mark.parametrize("data", [(), (1, 2, 3, 4), {"label": 1}, {"image": 1, "mask": 2}, ({"image": 1}, 2)])
def test_other_forms(data):
    with pytest.raises(ValueError, match="image|beside"):
        unpack(data)
