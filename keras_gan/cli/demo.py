"""`keras-gan demo`."""

import pathlib
from typing import Annotated

import typer

from keras_gan.cli.options import loaded, preset_named, writable


def demo(
    model: Annotated[
        pathlib.Path,
        typer.Argument(help="Run folder, .keras file, or a preset of images (`keras-gan presets`)."),
    ],
    out: Annotated[pathlib.Path, typer.Option(help="Folder to write the page into.")] = pathlib.Path("demo"),
    title: Annotated[
        str | None, typer.Option(help="Heading of the page. Default: the model and its data.")
    ] = None,
    serve: Annotated[
        bool, typer.Option("--serve", help="Serve the page on this machine only, until Ctrl-C.")
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port for --serve; 0 for any free one.")] = 8000,
):
    """Write a page on which the generator runs in the browser: samples, walks, styles, classes, texts, or images to translate."""
    writable(out, folder=True)
    if preset_named(model) is None and (pathlib.Path(model).expanduser() / "saved_model.pb").exists():
        raise ValueError(
            f"{model} is a SavedModel, which a browser cannot run: give the run's folder or its `.keras` file."
        )
    server = _server(out.expanduser(), port) if serve else None

    from keras_gan.demo import write_demo

    gan = loaded(model)
    preset = preset_named(model)
    page = write_demo(gan, out, title or (preset and preset.name), report=typer.echo)
    typer.echo(f"{page}: open it in a browser; the folder can be put on any web server.")
    if server is not None:
        with server:
            typer.echo(f"http://127.0.0.1:{server.server_port}/  (Ctrl-C ends it)")
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                typer.echo("")


def _server(folder, port):
    """Take the port before anything is computed."""
    import functools
    import http.server

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    try:
        handler = functools.partial(Quiet, directory=str(folder))
        return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise ValueError(
            f"Port {port} cannot be used ({error.strerror}): give another --port, or 0 for any."
        ) from None
