"""Words that must not come back in pages, public docstrings and messages: everyday words where the field has a term."""

import ast
import json
import pathlib
import re

import pytest

import keras_gan

ROOT = pathlib.Path(keras_gan.__file__).parents[1]

# The word, and what to write.
WORDS = {
    r"judges?|judged|judging": "discriminator, or evaluate",
    r"mend(s|ed|ing)?": "fix",
    r"kinds? [ab]\b": "domain A, domain B",
    r"to the bit": "bit-identical",
    r"told|tells|knows": "takes, receives, returns, contains",
    r"pictures?": "image, plot, sheet",
    r"figures? of|the figures|other figures": "metric, value, measurement",
}
PAGES = [*sorted((ROOT / "docs").glob("*.md")), *(ROOT / name for name in ("README.md", "CONTRIBUTING.md"))]
OTHERS = [
    ROOT / name for name in ("CHANGELOG.md", "SECURITY.md", "benchmarks/README.md", "saved_models/README.md")
]


def without_code(text):
    """Text without blocks and spans of code, and without links' addresses."""
    text = re.sub(r"```.*?```", "", text, flags=re.S)
    text = re.sub(r"`[^`]*`", "", text)
    return re.sub(r"\]\([^)]*\)", "]", text)


def found_in(text):
    for pattern, instead in WORDS.items():
        for match in re.finditer(rf"\b({pattern})\b", text, re.I):
            yield f"{match[0]!r} (write {instead}): ...{text[max(0, match.start() - 30) : match.end() + 30]!r}"


@pytest.mark.parametrize("path", PAGES + OTHERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_pages(path):
    assert not list(found_in(without_code(path.read_text())))


def docstrings(path):
    """Public docstrings of a file, without doctest lines."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            if getattr(node, "name", "").startswith("_") or not ast.get_docstring(node):
                continue
            lines, inside = [], False
            for line in ast.get_docstring(node).split("\n"):
                inside = line.strip().startswith(">>>") or (inside and bool(line.strip()))
                lines += [] if inside else [line]
            # Names of arguments stay.
            lines = [re.sub(r"^\s*\w+(, \w+)*: ", "", line) for line in lines]
            yield without_code("\n".join(lines))


@pytest.mark.parametrize("folder", sorted({path.parent for path in ROOT.glob("keras_gan/**/*.py")}), ids=str)
def test_public_docstrings(folder):
    found = [
        f"{path.name}: {each}"
        for path in sorted(folder.glob("*.py"))
        for text in docstrings(path)
        for each in found_in(text)
    ]
    assert not found


def messages(tree):
    """Texts of a file that are not docstrings, with what is put into them left out."""
    of_docs = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in of_docs else None
        # A single word is a name.
        if isinstance(text, str) and " " in text.strip():
            yield without_code(text)


@pytest.mark.parametrize("folder", sorted({path.parent for path in ROOT.glob("keras_gan/**/*.py")}), ids=str)
def test_messages(folder):
    found = [
        f"{path.name}: {each}"
        for path in sorted(folder.glob("*.py"))
        for text in messages(ast.parse(path.read_text()))
        for each in found_in(text)
    ]
    assert not found


def test_lines_of_prose_end_at_120_characters():
    for path in PAGES:
        text = re.sub(r"```.*?```", "", path.read_text(), flags=re.S)
        long = [
            line for line in text.split("\n") if len(line) > 120 and not line.startswith(("|", "!", "    "))
        ]
        assert not long, (path.name, long[:3])


def test_every_benchmark_that_keeps_rows_notes_the_machine():
    """Date, commit, versions and processor are in each row."""
    for path in sorted((ROOT / "benchmarks").glob("*.py")):
        if path.stem not in ("machine", "turns"):
            assert re.search(r"add_row\(|machine\(|print_ratios\(", path.read_text()), path.name
    rows = [
        (path.name, json.loads(line))
        for path in (ROOT / "benchmarks/results").glob("*.jsonl")
        for line in path.read_text().splitlines()
    ]
    needed = {"date", "commit", "cpu", "keras", "tensorflow"}
    assert rows and not [(name, row) for name, row in rows if not needed <= set(row)]
