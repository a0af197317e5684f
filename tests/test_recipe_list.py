import dataclasses

import pytest

from keras_gan import recipe_list, recipes


def test_it_lists_what_the_recipes_are():
    assert list(recipe_list.listed()) == list(recipes.RECIPES)
    for name, scales in recipes.RECIPES.items():
        for scale, recipe in scales.items():
            plain = vars(recipe_list.get(name, scale))
            for field in dataclasses.fields(recipe):
                value = getattr(recipe, field.name)
                if field.name in (
                    "summary",
                    "dataset",
                    "image_size",
                    "batch_size",
                    "steps",
                    "labels",
                    "data",
                    "factor",
                    "crop",
                ):
                    assert plain[field.name] == value, (name, scale, field.name)


def test_unknown_names_are_refused_with_a_hint():
    with pytest.raises(ValueError, match="Did you mean 'wgan-gp'"):
        recipe_list.get("WGAN_GP")
    with pytest.raises(ValueError, match="`scale` must be one of"):
        recipes.get("dcgan", "huge")
