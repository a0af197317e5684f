"""What recipes there are, read off their file: a command that lists or checks them starts no TensorFlow."""

import ast
import difflib
import functools
import pathlib
import types

SCALES = ("small", "paper")


@functools.cache
def listed():
    """Recipes by name and scale: their plain arguments (summary, dataset, image_size, ...), each an attribute."""
    source = pathlib.Path(__file__).with_name("recipes.py").read_text()
    tree, defaults, recipes = ast.parse(source).body, {}, {}
    for node in tree:
        if isinstance(node, ast.ClassDef) and node.name == "Recipe":
            for line in node.body:
                if isinstance(line, ast.AnnAssign) and isinstance(line.value, ast.Constant):
                    defaults[line.target.id] = line.value.value
        if isinstance(node, ast.Assign) and node.targets[0].id == "RECIPES":
            for name, scales in zip(node.value.keys, node.value.values, strict=True):
                recipes[name.value] = {
                    scale.value: _plain(call, defaults)
                    for scale, call in zip(scales.keys, scales.values, strict=True)
                }
    return recipes


def _plain(call, defaults):
    given = {k.arg: k.value.value for k in call.keywords if isinstance(k.value, ast.Constant)}
    return types.SimpleNamespace(**{**defaults, **given, "summary": call.args[0].value})


def get(name, scale="small"):
    """The plain arguments of a recipe.

    Raises:
        ValueError: for an unknown recipe or scale; the message lists the known ones.
    """
    recipes = listed()
    if name not in recipes:
        near = difflib.get_close_matches(str(name).lower().replace("_", "-"), recipes, n=1)
        raise ValueError(
            f"There is no recipe {name!r}. {f'Did you mean {near[0]!r}? ' if near else ''}There are: {', '.join(recipes)}"
        )
    if scale not in SCALES:
        raise ValueError(f"`scale` must be one of {SCALES}. Received: {scale!r}")
    return recipes[name][scale]
