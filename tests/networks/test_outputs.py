from keras_gan.networks import dcgan
from keras_gan.networks.outputs import first, logits_only, maps_of, over_maps


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
