import pytest

from keras_gan import parts
from keras_gan.losses import ALIASES, AdversarialLoss, MinimaxLoss


def test_repr_and_equality_of_config():
    loss = MinimaxLoss(label_smoothing=0.1)
    assert repr(loss) == "MinimaxLoss(label_smoothing=0.1, two_sided=False)"
    assert MinimaxLoss.from_config(loss.get_config()).get_config() == loss.get_config()


def test_get_takes_names_objects_and_configs():
    import keras

    loss = MinimaxLoss()
    assert parts.get(loss, AdversarialLoss, ALIASES) is loss
    config = keras.saving.serialize_keras_object(loss)
    assert isinstance(parts.get(config, AdversarialLoss, ALIASES), MinimaxLoss)
    for bad in ("mini", 3, None):
        with pytest.raises(ValueError, match="minimax"):
            parts.get(bad, AdversarialLoss, ALIASES)


def test_aliases_are_snake_case_without_suffix():
    import re

    from keras_gan import regularizers

    for aliases, suffix in ((ALIASES, "Loss"), (regularizers.ALIASES, "(Penalty)?")):
        for alias, cls in aliases.items():
            if not isinstance(cls, type):
                assert cls().divergence == alias  # each f-divergence by its own name
                continue
            name = cls.__name__.lower()
            assert re.fullmatch(f"{alias.replace('_', '')}({suffix.lower()})?", name), (alias, cls)
