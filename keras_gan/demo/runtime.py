"""onnxruntime-web, which runs ONNX files in the browser, as one script."""

import base64
import gzip
import tarfile

from keras_gan.cache import cache_folder, downloaded, write_whole

VERSION = "1.30.0"
ADDRESS = f"https://registry.npmjs.org/onnxruntime-web/-/onnxruntime-web-{VERSION}.tgz"
SHA256, SIZE = "d2228df7e4616bc3348bf504ee888f3bec43789a273f0a63f3e68d203ce3bf71", 33_106_585
SCRIPT = "ort.wasm.min.js"
PACKED = {"wasm": "ort-wasm-simd-threaded.wasm", "mjs": "ort-wasm-simd-threaded.mjs"}
LICENCE = """onnxruntime-web {version} (https://github.com/microsoft/onnxruntime), MIT License

Copyright (c) Microsoft Corporation

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files
(the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge,
publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do
so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE
FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def runtime():
    """Return the path of the script in the cache folder.

    It is made from the npm package, which is downloaded once and checked.

    Raises:
        OSError: without a network; the message names the file to fetch by hand and where to put it.
    """
    folder = cache_folder("demo")
    path = folder / f"onnxruntime-web-{VERSION}.js"
    if not path.exists():
        package = folder / ADDRESS.rpartition("/")[2]
        downloaded(ADDRESS, package, SHA256, SIZE, "onnxruntime-web, which runs the model in the browser,")
        with tarfile.open(package) as archive:

            def content(name):
                return archive.extractfile(f"package/dist/{name}").read()

            script = content(SCRIPT).decode().partition("//# sourceMappingURL")[0]
            packed = {name: pack(content(file)) for name, file in PACKED.items()}
        text = "/*\n" + LICENCE.format(version=VERSION) + "*/\n" + script + "\n"
        text += "".join(script_of("PACKED", name, value) for name, value in packed.items())
        write_whole(path, lambda partial: partial.write_text(text, encoding="utf-8"))
        package.unlink()
    return path


def pack(content):
    """Pack bytes as base64 of gzip, which a page opened from the disk can unpack: it may not fetch files."""
    return base64.b64encode(gzip.compress(content, 9, mtime=0)).decode()


def script_of(table, name, value):
    """Return a line of JavaScript that puts a string into a table of the page."""
    return f'(window.{table} ??= {{}})["{name}"] = "{value}";\n'
