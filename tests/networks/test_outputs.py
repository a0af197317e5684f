import keras
import numpy as np
import pytest

from keras_gan.networks import dcgan, dfgan, stackgan2
from keras_gan.networks.outputs import first, logits_only, maps_of, of_two_conditions, over_maps


def test_first():
    assert first([1, 2]) == 1 and first((None, 4)) == (None, 4)


def test_judge_is_what_the_logits_need():
    _, plain = dcgan((8, 8, 1), latent_dim=4, filters=4)
    assert logits_only(plain) is plain
    _, with_head = dcgan((8, 8, 1), latent_dim=4, filters=4, recognition=5)
    names = {layer.name for layer in logits_only(with_head, ["recognition"]).layers}
    assert "logit" in names and not {"recognition", "code"} & names


def test_maps_and_heads():
    assert maps_of("logits") == "logits"
    assert maps_of(["logits", "classes"], ["classes"]) == "logits"
    assert maps_of(["coarse", "fine", "classes"], ["classes"]) == ["coarse", "fine"]
    assert over_maps(lambda x, y: x * y, [1, 2], [3, 4]) == 11 and over_maps(abs, -2) == 2


@pytest.mark.parametrize(
    "discriminator",
    [
        dfgan((8, 8, 1), 3, 4, filters=2)[1],
        dcgan((8, 8, 1), 4, filters=4, num_classes=3, conditioning="projection")[1],
        # Batch normalisation, and logits of the images alone.
        stackgan2((16, 16, 3), 4, 3, branches=2, embedding_dim=3, filters=8, discriminator_filters=4)[1],
    ],
)
def test_two_conditions_are_two_calls(discriminator, tmp_path):
    rng, (image, condition) = np.random.default_rng(0), discriminator.inputs
    images = rng.normal(size=(6, *image.shape[1:])).astype("float32")
    given = [rng.integers(0, 3, 6), rng.integers(0, 3, 6)]
    if condition.dtype == "float32":
        given = [rng.normal(size=(6, *condition.shape[1:])).astype("float32") for _ in given]
    network, runs = of_two_conditions(discriminator), []
    assert of_two_conditions(discriminator) is network
    assert {id(w) for w in network.weights} == {id(w) for w in discriminator.weights}
    for training in (False, True):
        apart = [
            x for each in given for x in keras.tree.flatten(discriminator([images, each], training=training))
        ]
        for one, other in zip(network([images, *given], training=training), apart, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-6)
    # Layers that the condition does not reach run once.
    layer = next(layer for layer in discriminator.layers if layer.weights)
    call, layer.call = layer.call, lambda *args, **kwargs: runs.append(1) or call(*args, **kwargs)
    network([images, *given])
    assert len(runs) == 1
    layer.call = call
    # The network is still a whole one (the finding keras_submodel_breaks_saving_of_whole).
    discriminator.save(tmp_path / "discriminator.keras")


def test_nothing_is_shared_where_the_condition_comes_first():
    assert of_two_conditions(dcgan((8, 8, 1), 4, filters=4, num_classes=3)[1]) is None
    assert of_two_conditions(dcgan((8, 8, 1), 4, filters=4)[1]) is None
