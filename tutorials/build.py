"""Makes the notebooks from their .py sources and runs them: python tutorials/build.py [NAME ...]

    python tutorials/build.py --repository OWNER/REPOSITORY

writes the repository's name into the install lines and badges of all sources and notebooks, without running them.
"""

import pathlib
import sys

import jupytext
import nbclient

HERE = pathlib.Path(__file__).parent


def notebook_of(source):
    """The notebook of a .py source, without outputs."""
    notebook = jupytext.read(source)
    notebook.metadata.pop("jupytext", None)
    for i, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{i}"
    return notebook


def run(notebook, folder):
    """Run a notebook top to bottom in a folder; outputs stay in it."""
    nbclient.NotebookClient(
        notebook, timeout=1800, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    for cell in notebook.cells:
        cell.metadata = {}
        # What TensorFlow says of its build when it starts belongs to a machine, not to the tutorial.
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
            for output in cell.outputs:
                if "text" in output:
                    output["text"] = output["text"].replace(str(pathlib.Path.home()), "~")
    return notebook


def name_repository(name):
    """Put the repository's name where the sources and notebooks have OWNER/REPOSITORY."""
    for path in sorted(HERE.glob("[0-9]*.*")):
        path.write_text(path.read_text().replace("OWNER/REPOSITORY", name))


def main():
    if sys.argv[1:2] == ["--repository"]:
        name_repository(sys.argv[2])
        return
    names = sys.argv[1:] or sorted(path.stem for path in HERE.glob("[0-9]*.py"))
    for name in names:
        notebook = run(notebook_of(HERE / f"{name}.py"), HERE)
        jupytext.write(notebook, HERE / f"{name}.ipynb", fmt="ipynb")
        print(f"{name}.ipynb")


if __name__ == "__main__":
    main()
