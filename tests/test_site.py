"""What the documentation site is made of; `.ci/run` builds it."""

import ast
import json
import pathlib
import re

import pytest

import keras_gan

yaml = pytest.importorskip("yaml")

ROOT = pathlib.Path(keras_gan.__file__).parents[1]
SITE = ROOT / "docs" / "site"
MODELS = yaml.safe_load((SITE / "models.yml").read_text())


def test_every_model_has_a_page():
    assert set(MODELS) == set(keras_gan._CLASSES) - {"Game"}


@pytest.mark.parametrize("name", MODELS)
def test_what_a_page_shows_is_there(name):
    entry = MODELS[name]
    assert entry["formula"] and entry["measured"].endswith(".") and (ROOT / "docs" / entry["guide"]).exists()
    for script in re.findall(r"`(\w+\.py)`", entry["measured"]):
        assert (ROOT / "benchmarks" / script).exists()
    trained = {recipe.model for scales in keras_gan.recipes.RECIPES.values() for recipe in scales.values()}
    assert (name in trained) != ("instead" in entry)
    image = entry["image"]
    if isinstance(image, str):
        assert (ROOT / image).exists()
    else:
        notebook, cell, at = image
        outputs = json.loads((ROOT / f"tutorials/{notebook}.ipynb").read_text())["cells"][cell]["outputs"]
        assert len([1 for output in outputs if "image/png" in output.get("data", {})]) > at


def test_every_public_module_has_a_page():
    tree = ast.parse((SITE / "hooks.py").read_text())
    (packages,) = (
        node.value for node in tree.body if isinstance(node, ast.Assign) and node.targets[0].id == "PACKAGES"
    )
    # Names in tuples that are unpacked into one.
    named = {constant.value for constant in ast.walk(packages) if isinstance(constant, ast.Constant)}
    assert set(keras_gan._MODULES) - named == set()


def test_every_page_is_in_the_navigation():
    text = (ROOT / "mkdocs.yml").read_text()
    pages = {path.name for path in (ROOT / "docs").glob("*.md")}
    assert pages <= set(re.findall(r"[\w-]+\.md", text))
