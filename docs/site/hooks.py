"""What the site builds beside its pages: a page for each model, the API, tables of recipes, presets, failures, and images of tutorials."""

import base64
import functools
import importlib
import importlib.metadata
import inspect
import json
import os
import pathlib
import re
import urllib.parse

import yaml
from mkdocs.structure.files import File

ROOT = pathlib.Path(__file__).parents[2]
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Sub-packages whose public names have a page; single modules of the top level follow.
PACKAGES = (
    *(
        "losses",
        "regularizers",
        "augmentations",
        "networks",
        "layers",
        "noise",
        "conditions",
        "modalities",
        "data",
    ),
    *(
        "metrics",
        "features",
        "callbacks",
        "schedules",
        "optimizers",
        "latent",
        "explain",
        "trust",
        "federated",
    ),
    *(
        "convert",
        "presets",
        "presets.preset",
        "hub",
        "demo",
        "recipes",
        "runs",
        "provenance",
        "post_hoc_ema",
        "plots",
        "grid",
        "torch_file",
        "environments",
        "parts",
        "training.game",
    ),
)


# With the methods of the package's own bases, which have no page.
MEMBERS = ["      members: null", "      filters: ['!^_']", "      inherited_members: true"]


def on_config(config):
    """The pages of models and of the API enter the navigation, and the search works from the disk without a network."""
    # In place of a script of that name at a public address.
    config.extra["polyfills"] = ["assets/iframe-worker.js"]
    models = _models()
    groups = list(dict.fromkeys(entry["group"] for entry in models.values()))
    pages = {
        "models/": ["models/index.md"]
        + [{group: [f"models/{n}.md" for n, e in models.items() if e["group"] == group]} for group in groups],
        "api/": ["api/index.md", *[f"api/{name}.md" for name in PACKAGES]],
    }
    for entry in config.nav:
        for title, target in entry.items():
            if isinstance(target, str) and target in pages:
                entry[title] = pages[target]
    return config


def on_files(files, config):
    def add(uri, content):
        files.append(File.generated(config, uri, content=content))

    models = _models()
    for name, entry in models.items():
        add(f"models/{name}.md", _model_page(name, entry, add))
    add("models/index.md", _index_of_models(models))
    for name in PACKAGES:
        add(f"api/{name}.md", _api_page(name))
    add("api/index.md", _index_of_api())
    add("commands.md", _commands())
    for path, uri in (("benchmarks/README.md", "benchmarks.md"), ("CHANGELOG.md", "changelog.md")):
        add(uri, _without_outer_links((ROOT / path).read_text()))
    add("assets/iframe-worker.js", _search_from_the_disk())
    add("digits.png", (ROOT / "saved_models/digits/samples.png").read_bytes())
    return files


def _search_from_the_disk():
    """A page of the disk may start no worker of a file: it starts one of the file's text."""
    import material

    workers = pathlib.Path(material.__file__).parent / "templates/assets/javascripts/workers"
    (path,) = workers.glob("search.*.min.js")
    text = path.read_text().partition("//# sourceMappingURL")[0]
    return (
        f"if (location.protocol === 'file:') {{\n  const text = {json.dumps(text)}, Of = window.Worker;\n"
        "  window.Worker = function () {\n    return new Of(URL.createObjectURL(new Blob([text], {type: 'text/javascript'})));\n  };\n}\n"
    )


def on_page_markdown(markdown, page, config, files):
    """Tables that are made of registries, and formulas."""
    for name, make in TABLES.items():
        marker = re.compile(rf"^.*<!-- table: {name} -->$", re.M)
        if marker.search(markdown):
            markdown = marker.sub(lambda _, make=make: make(), markdown)
    markdown = markdown.replace("](../saved_models/digits/samples.png)", "](digits.png)")
    markdown = markdown.replace("](../benchmarks/README.md", "](benchmarks.md")
    # Pages link to files of the repository, which the site does not have.
    return re.sub(r"\[([^\]]+)\]\(\.\./[^)]*\)", r"\1", markdown) if not page.file.generated_by else markdown


# === Models ===


def _models():
    return yaml.safe_load((ROOT / "docs/site/models.yml").read_text())


def _model_page(name, entry, add):
    import keras_gan

    model = getattr(keras_gan, name)
    lines = [f"# {name}", "", (inspect.getdoc(model) or "").split("\n\n")[0], ""]
    lines += [*map(_formula, entry["formula"]), ""]
    shown = entry.get("shows", f"{name}'s images")
    lines += [f"![{shown}]({_image(name, entry['image'], add)})", ""]
    lines += [f"*{shown}*", ""] if "shows" in entry else []
    rows = _recipes_of(name)
    if rows:
        lines += [
            "## Recipes",
            "",
            _table(("recipe", "scale", "what", "data", "size", "batch", "steps"), rows),
            "",
        ]
        lines += ["```bash", _command(name), "```", ""]
    else:
        lines += ["## Recipes", "", entry["instead"], ""]
    lines += [
        "## Measured",
        "",
        f"{entry['measured']} Commands, dates and machines: [benchmarks](../benchmarks.md).",
        "",
    ]
    lines += [f"More: [guide](../{entry['guide']}).", "", "## Reference", "", f"::: {_path_of(model)}"]
    lines += ["    options:", "      heading_level: 3", *MEMBERS]
    return "\n".join(lines) + "\n"


# What stands for the user's own data.
EXAMPLES = {
    "--a, --b": "--a sketches --b photographs",
    "table:": "--dataset table:rows.csv",
    "sounds:": "--dataset sounds:FOLDER",
    "shapes:": "--dataset shapes:FOLDER",
    "folder:": "--dataset folder:FOLDER",
    "series:": "--dataset series:rows.csv",
    "sequences:": "--dataset sequences:texts.txt",
}


def _command(model):
    """The command that trains a model by its first recipe, at the small scale where that is of the model."""
    from keras_gan.recipes import RECIPES

    named = [(name, scales["small"]) for name, scales in RECIPES.items() if scales["small"].model == model]
    name, recipe = named[0]
    words = ["keras-gan train", name, EXAMPLES.get(recipe.dataset, "")]
    words += ["--init-from runs/wgan-gp"] if model == "FAnoGAN" else []  # a trained GAN
    return " ".join(filter(None, words))


def _formula(latex):
    """LaTeX -> MathML, which browsers draw without a script."""
    from latex2mathml.converter import convert

    return f'<div class="formula">{convert(latex, display="block")}</div>'


def _image(name, source, add):
    """Add an image of a tutorial's output, or of a file, to the site; returns its place beside the page."""
    uri = f"models/{name}.png"
    if isinstance(source, str):
        add(uri, (ROOT / source).read_bytes())
    else:
        notebook, cell, at = source
        outputs = json.loads((ROOT / f"tutorials/{notebook}.ipynb").read_text())["cells"][cell]["outputs"]
        found = [output["data"]["image/png"] for output in outputs if "image/png" in output.get("data", {})]
        add(uri, base64.b64decode(found[at]))
    return f"{name}.png"


def _index_of_models(models):
    import keras_gan

    rows = [
        (
            f"[{name}]({name}.md)",
            entry["group"],
            (inspect.getdoc(getattr(keras_gan, name)) or "").split("\n")[0],
        )
        for name, entry in models.items()
    ]
    return f"# Models\n\nA page for each: formula, recipes, images, measurements, paper.\n\n{_table(('model', 'family', 'what'), rows)}\n"


def _recipes_of(model=None):
    from keras_gan.recipes import RECIPES

    return [
        (
            name,
            scale,
            recipe.summary,
            recipe.dataset,
            recipe.image_size or "data's",
            recipe.batch_size,
            recipe.steps,
        )
        for name, scales in RECIPES.items()
        for scale, recipe in scales.items()
        if model is None or recipe.model == model
    ]


# === API ===


def _api_page(name):
    module = importlib.import_module(f"keras_gan.{name}")
    found = _public(module)
    lines = [f"# keras_gan.{name}", "", (inspect.getdoc(module) or "").split("\n\n")[0], ""]
    for public, value in found.items():
        if inspect.isclass(value) or inspect.isfunction(value):
            lines += [f"::: {_path_of(value)}", "    options:", f"      heading: {public}"]
            lines += MEMBERS if inspect.isclass(value) else []
            lines.append("")
    return "\n".join(lines) + "\n"


def _public(module):
    """Public names of a package: its `__all__`, or what its modules define without an underscore."""
    names = getattr(module, "__all__", None) or [n for n in vars(module) if not n.startswith("_")]
    found = {}
    for public in names:
        value = getattr(module, public)
        if inspect.ismodule(value) and value.__name__.startswith(module.__name__):
            found |= {f"{public}.{n}": v for n, v in _public(value).items() if "." not in n}
        elif (getattr(value, "__module__", None) or "").startswith(
            module.__name__
        ):  # what moved has its page elsewhere
            found[public] = value
    return found


def _path_of(value):
    return f"{value.__module__}.{value.__qualname__}"


def _index_of_api():
    rows = [(f"[keras_gan.{name}]({name}.md)", _first_line(f"keras_gan.{name}")) for name in PACKAGES]
    return (
        "# API\n\nEvery public name, from its docstring. The models have [pages of their own](../models/index.md).\n\n"
        f"{_table(('module', 'what'), rows)}\n"
    )


def _first_line(name):
    return (inspect.getdoc(importlib.import_module(name)) or "").split("\n")[0]


# === Commands ===


def _commands():
    """Each command of `keras-gan` with its arguments and options, as `--help` prints them."""
    import typer

    from keras_gan.cli import app

    lines = ["# Commands and options", "", f"{app.info.help} `keras-gan COMMAND --help` prints the same.", ""]
    for name, command in _flat(typer.main.get_command(app)):
        lines += [f"## keras-gan {name}", "", inspect.cleandoc(command.help or ""), ""]
        rows = [
            (_names_of(option), _default_of(option), (option.help or "").replace("*", "\\*"))
            for option in command.params
        ]
        if rows:
            lines += [_table(("argument or option", "default", "meaning"), rows), ""]
    return "\n".join(lines)


def _flat(group, before=""):
    """The commands of a group and of the groups in it, each with its name."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _flat(command, f"{before}{name} ")
        else:
            yield before + name, command


def _names_of(option):
    if option.param_type_name == "argument":
        return f"`{option.name.upper()}`" + (" ..." if option.nargs == -1 else "")
    return ", ".join(f"`{each}`" for each in [*option.opts, *option.secondary_opts])


def _default_of(option):
    if option.required:
        return "required"
    unset = option.default is None or option.default is False or option.default == ()
    return "" if unset else f"`{option.default}`"


# === Tables ===


def _table(columns, rows):
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += [
        "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
        for row in rows
    ]
    return "\n".join(lines)


def _presets():
    from keras_gan.presets import PRESETS

    return _table(
        ("preset", "family", "what", "takes and gives", "example", "MB", "licence", "SHA-256", "file"),
        [
            (
                f"`{p.name}`",
                p.family,
                p.summary,
                p.range,
                "<br>".join(f"`{line}`" for line in p.example.splitlines()),
                f"{p.size / 1e6:.1f}",
                p.licence,
                f"`{p.sha256}`",
                f"[{urllib.parse.urlsplit(p.address).netloc}]({p.address})"
                if p.address
                else "comes with keras_gan",
            )
            for p in PRESETS.values()
        ],
    )


def _failures():
    from keras_gan.callbacks import failures

    found = [
        f
        for group in vars(failures).values()
        if isinstance(group, (list, tuple))
        for f in group
        if isinstance(f, failures.Failure)
    ]
    rows = [(f.name, inspect.getdoc(f.sign), f.cure) for f in found]
    return _table(("the monitor reports", "what it means", "what helps"), rows)


def _combinations():
    """Parts by name, with the first sentence of their docstrings."""
    import keras_gan

    rows = []
    for kind in ("losses", "regularizers", "augmentations"):
        aliases = importlib.import_module(f"keras_gan.{kind}").ALIASES
        rows += [(kind, f"`{name}`", _first_sentence(value)) for name, value in sorted(aliases.items())]
    for kind in ("conditions", "noise", "metrics", "modalities", "optimizers", "schedules"):
        public = _public(getattr(keras_gan, kind))
        found = {n: v for n, v in public.items() if inspect.isclass(v) and "." not in n}
        rows += [(kind, f"`{name}`", _first_sentence(value)) for name, value in sorted(found.items())]
    return _table(("kind", "name", "what"), rows)


def _taken():
    """What `compile` of each model takes."""
    import keras_gan

    columns = ("loss", "regularizers", "augmentation", "metrics")
    rows = []
    for name in _models():
        if hasattr(model := getattr(keras_gan, name), "players"):
            taken = _arguments(model)
            cells = ["yes" if column in taken else "" for column in columns]
            rows.append((f"[{name}](models/{name}.md)", *cells))
    return _table(("model", *columns), rows)


def _arguments(model):
    """Names of the arguments of `compile`, with those that it hands on to its base."""
    found = set()
    for base in model.__mro__:
        if "compile" in vars(base) and base.__module__.startswith("keras_gan"):
            taken = inspect.signature(base.compile).parameters.values()
            found |= {argument.name for argument in taken}
            if all(argument.kind is not argument.VAR_KEYWORD for argument in taken):
                break
    return found


def _first_sentence(value):
    preset = ""
    if isinstance(value, functools.partial):
        preset = ", ".join(f"{key}={given!r}" for key, given in value.keywords.items())
        preset = f" ({', '.join(filter(None, [*map(repr, value.args), preset]))})"
        value = value.func
    text = " ".join((inspect.getdoc(value) or "").split("\n\n")[0].split()).partition(". ")[0].rstrip(".")
    return text + preset


def _recipes():
    return _table(("recipe", "scale", "what", "data", "size", "batch", "steps"), _recipes_of())


def _versions():
    lines = (ROOT / ".ci/floors.txt").read_text().split("\n")
    rows = [line.split("==") for line in lines if "==" in line]
    rows = [(package, oldest, _installed(package)) for package, oldest in rows]
    return _table(("package", "oldest version of the tests", "newest, when this site was built"), rows)


def _installed(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


TABLES = {
    "presets": _presets,
    "failures": _failures,
    "recipes": _recipes,
    "versions": _versions,
    "combinations": _combinations,
    "taken": _taken,
}


def _without_outer_links(text):
    """Without links to files that the site does not have."""
    text = re.sub(r"\[([^\]]+)\]\((?!http|#)(?:\.\./docs/)([a-z_]+)\.md(#[^)]*)?\)", r"[\1](\2.md)", text)
    text = text.replace("](../docs/", "](")
    text = re.sub(r"\[([^\]]+)\]\(docs/([a-z_]+)\.md(#[^)]*)?\)", r"[\1](\2.md)", text)
    return re.sub(r"!?\[([^\]]*)\]\((?!http|#|[a-z_0-9]+\.(?:md|png))[^)]*\)", r"\1", text)
