"""Every block of the guides that say so runs, in its order."""

import pathlib
import re

import pytest

DOCS = pathlib.Path(__file__).parents[1] / "docs"


@pytest.mark.parametrize(
    "name",
    [
        "write_your_own",
        "train",
        "autoencoders",
        "anomalies",
        "applications",
        "classes",
        "text_to_image",
        "beyond_images",
        "explain",
        "responsible_use",
        "federated",
        "imitation",
    ],
)
@pytest.mark.slow
def test_every_block_runs_in_order(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = DOCS / f"{name}.md"
    blocks = re.findall(r"```python\n(.*?)```", path.read_text(), re.S)
    assert len(blocks) >= 3
    namespace = {}
    for block in blocks:
        exec(compile(block, str(path), "exec"), namespace)
