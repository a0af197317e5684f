"""Every block of the guide for one's own parts runs."""

import pathlib
import re

GUIDE = pathlib.Path(__file__).parents[1] / "docs" / "write_your_own.md"


def test_every_block_runs_in_order():
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.S)
    assert len(blocks) >= 5
    namespace = {}
    for block in blocks:
        exec(compile(block, str(GUIDE), "exec"), namespace)
