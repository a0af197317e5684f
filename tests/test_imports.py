"""The drawn order of imports: no file imports from above it, not even inside a function."""

import ast
import pathlib

import keras_gan

ROOT = pathlib.Path(keras_gan.__file__).parent

# From top to bottom; what stands in one line knows nothing of its neighbours.
ORDER = [
    "__main__",
    "cli",
    "demo presets",
    "convert doctor imitating recipes watermarking",
    "models report stored",
    "runs training",
    "callbacks",
    "trust",
    "hub metrics plots",
    "export_sound",
    "explain export federated latent",
    "export_files moving_average regularizers",
    "augmentations conditions networks tiles",
    "features layers modalities noise optimizers",
    "data losses random schedules",
    "environments",
    "arguments cache clock deprecation devices export_target gradients grid metric_names optimizer_state part_names parts post_hoc_ema precision provenance replicas resize torch_file",
]


def imports_of(path):
    """Dotted names below `keras_gan` that a file imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "keras_gan":
            names = [f"keras_gan.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name.split(".")[1:] for name in names if name.startswith("keras_gan."))


def test_no_file_imports_from_above():
    level = {unit: i for i, line in enumerate(ORDER) for unit in line.split()}
    wrong, seen = [], set()
    for path in ROOT.rglob("*.py"):
        unit = path.relative_to(ROOT).parts[0].removesuffix(".py")
        seen.add(unit)
        if unit == "__init__":
            continue
        for other, *_ in imports_of(path):
            # `register` and the models by name are the package's own, which loads all when it is asked.
            if other in level and other != unit and level[other] <= level[unit]:
                wrong.append(f"{path.relative_to(ROOT)} imports {other}")
    assert not wrong
    assert seen - {"__init__"} == set(level)


def test_no_files_import_each_other():
    files = {}
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[-1] != "__init__":
            files[parts] = path
    graph = {
        parts: {tuple(name[:n]) for name in imports_of(path) for n in (1, 2) if tuple(name[:n]) in files}
        - {parts}
        for parts, path in files.items()
    }
    done, under_way = set(), []

    def visit(parts):
        assert parts not in under_way, " -> ".join("/".join(p) for p in [*under_way, parts])
        if parts in done:
            return
        under_way.append(parts)
        for other in sorted(graph[parts]):
            visit(other)
        done.add(under_way.pop())

    for parts in sorted(graph):
        visit(parts)
