"""Docstrings as the site shows them: doctest lines as blocks of code."""

import griffe


class Doctests(griffe.Extension):
    """Put each run of doctest lines into a block of code, and a heading over the first."""

    def on_object(self, *, obj, **kwargs):
        if obj.docstring:
            obj.docstring.value = in_blocks(obj.docstring.value)


def in_blocks(text):
    lines, inside = [], False
    for line in text.split("\n"):
        if line.strip().startswith(">>>") and not inside:
            lines.append("```pycon")
            inside = True
        elif not line.strip() and inside:
            lines.append("```")
            inside = False
        lines.append("**Example**\n" if line.strip() in ("Example:", "Examples:") else line)
    return "\n".join([*lines, *(["```"] if inside else [])])
