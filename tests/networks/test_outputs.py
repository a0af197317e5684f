from keras_gan.networks import dcgan
from keras_gan.networks.outputs import first, judge


def test_first():
    assert first([1, 2]) == 1 and first((None, 4)) == (None, 4)


def test_judge_is_what_the_logits_need():
    _, plain = dcgan((8, 8, 1), latent_dim=4, filters=4)
    assert judge(plain) is plain
    _, with_head = dcgan((8, 8, 1), latent_dim=4, filters=4, recognition=5)
    names = {layer.name for layer in judge(with_head).layers}
    assert "logit" in names and not {"recognition", "code"} & names
