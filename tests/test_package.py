"""The package itself: what importing it costs, another backend, the docstrings' examples."""

import ast
import doctest
import importlib
import os
import pathlib
import pkgutil
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan

ROOT = pathlib.Path(keras_gan.__file__).parents[1]


def python(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )


def test_import_brings_no_heavy_modules():
    """And costs little over `import keras` (the ratio is generous: this machine may be busy)."""
    code = (
        "import time; a = time.perf_counter(); import keras; b = time.perf_counter(); import keras_gan\n"
        "c = time.perf_counter(); import sys\n"
        "print((c - b) / (b - a), [m for m in ('tensorflow_datasets', 'matplotlib', 'PIL', 'typer', 'mlxtend',"
        " 'rich') if m in sys.modules and m not in before])"
    ).replace("import keras;", "import keras; import sys; before = set(sys.modules);")
    run = python(code)
    assert run.returncode == 0, run.stderr
    ratio, heavy = run.stdout.split(maxsplit=1)
    assert heavy.strip() == "[]"
    assert float(ratio) < 0.5


@pytest.mark.slow
def test_other_backends_are_refused_clearly():
    """Keras itself needs the backend's package: here it only says that it runs on another."""
    run = python("import keras; keras.backend.backend = lambda: 'jax'; import keras_gan")
    assert run.returncode != 0
    error = run.stderr.strip().splitlines()[-1]
    assert error.startswith("ImportError: keras_gan runs on Keras' TensorFlow backend")
    assert "KERAS_BACKEND='jax'" in error and 'os.environ["KERAS_BACKEND"] = "tensorflow"' in error


def test_versioned():
    # `py.typed` would promise annotations that the public functions do not have.
    assert not (pathlib.Path(keras_gan.__file__).parent / "py.typed").exists()
    # In one place: pyproject.toml reads it there, and the citation is held to it.
    assert 'dynamic = ["version"]' in (ROOT / "pyproject.toml").read_text()
    assert f"version: {keras_gan.__version__}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"## {keras_gan.__version__}" in (ROOT / "CHANGELOG.md").read_text()
    assert sorted(keras_gan.__all__) == keras_gan.__all__ or all(
        hasattr(keras_gan, n) for n in keras_gan.__all__
    )


MODULES = [
    module.name
    for module in pkgutil.walk_packages(keras_gan.__path__, "keras_gan.")
    if not module.name.endswith("__main__")
]


@pytest.mark.examples
@pytest.mark.parametrize("name", ["keras_gan", *MODULES])
def test_docstring_examples(name):
    module = importlib.import_module(name)
    names = {"keras": keras, "keras_gan": keras_gan, "np": np, "tf": tf}
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    report = []
    for test in finder.find(module, extraglobs=names):
        runner.run(test, out=report.append)
    assert runner.failures == 0, "".join(report)


# Modules, bases, and metrics that are documented by their sibling's example.
NOT_MADE_ALONE = ("features", "functional", "FeatureMetric", "ImageMetric", "psnr", "ssim")
NOT_MADE_ALONE += ("Precision", "Recall", "Density", "Coverage")
METRIC_FUNCTIONS = ("frechet_distance", "kernel_distance", "inception_score", "precision_recall")
METRIC_FUNCTIONS += ("density_coverage", "prdc", "nearest_neighbors", "memorization", "mode_coverage")


def test_every_public_class_and_function_has_an_example():
    public = [
        *(getattr(keras_gan, n) for n in keras_gan.__all__ if n[0].isupper()),
        *(cls for cls in keras_gan.losses.ALIASES.values() if isinstance(cls, type)),
        *keras_gan.regularizers.ALIASES.values(),
        *(
            getattr(m, n)
            for m in (keras_gan.callbacks, keras_gan.layers, keras_gan.networks, keras_gan.metrics)
            for n in m.__all__
            if n not in NOT_MADE_ALONE and callable(getattr(m, n))
        ),
        *(getattr(keras_gan.metrics.functional, n) for n in METRIC_FUNCTIONS),
        *(getattr(keras_gan.plots, n) for n in ("grid", "history", "logits")),
        *(getattr(keras_gan.latent, n) for n in keras_gan.latent.__all__ if n != "Projection"),
        *keras_gan.augmentations.ALIASES.values(),
        *(getattr(keras_gan.data, n) for n in ("from_arrays", "from_uint8", "load", "to_uint8")),
        *(getattr(keras_gan.data, n) for n in ("paired_folders", "unpaired_folders", "low_high")),
        keras_gan.optimizers.ScheduledAdam,
        keras_gan.recipes.build,
        keras_gan.recipes.get,
        keras_gan.losses.get,
        keras_gan.regularizers.get,
    ]
    missing = [thing.__qualname__ for thing in public if ">>>" not in (thing.__doc__ or "")]
    assert not missing


POSIX_ONLY = {
    *(
        "fork",
        "forkpty",
        "getuid",
        "geteuid",
        "getgid",
        "getpgid",
        "killpg",
        "mkfifo",
        "mknod",
        "sysconf",
        "uname",
    ),
    *(
        "setsid",
        "nice",
        "wait",
        "WEXITSTATUS",
        "statvfs",
        "fchmod",
        "chown",
        "chroot",
        "openpty",
        "posix_fadvise",
    ),
    *("pread", "pwrite", "sched_getaffinity", "getloadavg"),
}


def test_no_module_uses_what_posix_alone_has():
    for path in sorted(pathlib.Path(keras_gan.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
                assert node.attr not in POSIX_ONLY, f"{path}: os.{node.attr}"
            names = (
                [alias.name for alias in getattr(node, "names", [])] if isinstance(node, ast.Import) else []
            )
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            assert not {"fcntl", "resource", "pwd", "grp", "termios", "pty"} & set(names), path


def test_every_registered_class_is_found_by_its_name():
    """Two classes under one name: a file of the one would be read as the other, by the order of imports."""
    keras_gan.register()
    for name in [name for name in sys.modules if name.startswith("keras_gan.")]:
        for cls in vars(sys.modules[name]).values():
            if isinstance(cls, type) and cls.__module__ == name:
                registered = keras.saving.get_registered_name(cls)
                if registered.startswith("keras_gan>"):
                    assert keras.saving.get_registered_object(registered) is cls, registered
