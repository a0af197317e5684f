import pytest

from keras_gan import augmentations, losses, part_names


def test_names_are_the_aliases():
    assert set(part_names.LOSSES) == set(losses.ALIASES)
    assert set(part_names.AUGMENTATIONS) == set(augmentations.ALIASES)
    part_names.check_name("hinge", part_names.LOSSES, "--loss")
    with pytest.raises(
        ValueError, match=r"There is no --loss 'Hing'. It must be one of .*Did you mean 'hinge'"
    ):
        part_names.check_name("Hing", part_names.LOSSES, "--loss")
