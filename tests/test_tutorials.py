"""The notebooks are those of their sources, have pictures, and run top to bottom."""

import pathlib
import sys

import pytest

TUTORIALS = pathlib.Path(__file__).parents[1] / "tutorials"
NAMES = sorted(path.stem for path in TUTORIALS.glob("[0-9]*.py"))

sys.path.insert(0, str(TUTORIALS))
jupytext = pytest.importorskip("jupytext", reason="pip install 'keras-gan[tutorials]'")
build = pytest.importorskip("build", reason="pip install 'keras-gan[tutorials]'")


def cells(notebook):
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


@pytest.mark.parametrize("name", NAMES)
def test_notebook_is_the_sources(name):
    written = jupytext.read(TUTORIALS / f"{name}.ipynb")
    assert cells(written) == cells(build.notebook_of(TUTORIALS / f"{name}.py"))
    outputs = [o for cell in written.cells if cell.cell_type == "code" for o in cell.outputs]
    assert any("image/png" in o.get("data", {}) for o in outputs)
    assert not any(o.output_type == "error" for o in outputs)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_notebook_runs(name, tmp_path, monkeypatch):
    monkeypatch.setenv("TUTORIAL_STEPS", "3")
    monkeypatch.setenv("PYTHONPATH", str(TUTORIALS.parent))
    ran = build.run(build.notebook_of(TUTORIALS / f"{name}.py"), tmp_path)
    outputs = [o for cell in ran.cells if cell.cell_type == "code" for o in cell.outputs]
    assert sum("image/png" in o.get("data", {}) for o in outputs) >= 3
