import io
import re

import rich.console

from keras_gan.callbacks import Progress
from tests.helpers import tiny_gan


def test_lines_in_a_file_tell_steps_and_time_left(images, capsys):
    tiny_gan().fit(images, batch_size=8, epochs=2, verbose=0, callbacks=[Progress(16)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("step 1/16  d_loss ") and lines[-1].startswith("step 16/16")
    assert 8 <= len(lines) <= 12
    assert all(re.search(r"\d+:\d\d passed, \d+:\d\d left$", line) for line in lines[1:-1])


def test_a_live_bar_on_a_terminal(images, monkeypatch):
    file = io.StringIO()
    terminal = rich.console.Console(file=file, force_terminal=True, width=100)
    monkeypatch.setattr(rich.console, "Console", lambda: terminal)
    tiny_gan().fit(images, batch_size=8, epochs=1, verbose=0, callbacks=[Progress(8)])
    text = file.getvalue()
    assert "step 8/8" in text and "d_loss" in text and "left" in text
