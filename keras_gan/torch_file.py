"""Read weights from PyTorch files without PyTorch, and without running any code in them."""

import collections
import io
import math
import os
import pickle
import zipfile

import numpy as np

# How often tensors may share a value, such as those of layers that share their weights.
MOST_TAKEN = 16
MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
DTYPES = {
    "DoubleStorage": "float64",
    "FloatStorage": "float32",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
}


def read(path):
    """Read what `torch.save` wrote, if it consists of tensors in dicts and lists.

    It reads both formats: today's zip, and the older stream. bfloat16 becomes float32.

    Args:
        path: of the file.

    Returns:
        What was saved, with NumPy arrays for tensors; for a state dict, a dict from name to array.

    Raises:
        ValueError: for a file that is damaged, or that contains anything but tensors: it would
            run code when it is loaded.

    Example:
    >>> keras_gan.torch_file.read("generator.pth")["model.1.weight"].shape  # doctest: +SKIP
    (64, 3, 7, 7)
    """
    if not os.path.isfile(path):
        raise FileNotFoundError(f"There is no file {str(path)!r}.")
    try:
        with open(path, "rb") as file:
            if zipfile.is_zipfile(file):
                return _read_zip(file)
            file.seek(0)
            if file.read(2) == b"PK":
                raise ValueError("it ends too early. Was its download complete?")
            file.seek(0)
            return _read_stream(file)
    except OSError:
        raise
    except Exception as error:
        raise ValueError(f"{path} cannot be read as a PyTorch file of weights: {error}") from error


class _Storage:
    """The values of which tensors are views; None while only the names of storages are read."""

    def __init__(self, values):
        self.values, self.taken = values, 0

    def __setstate__(self, state):
        # With other values, tensors could read beyond their end.
        raise ValueError("it alters a storage")


class _Unpickler(pickle.Unpickler):
    """Unpickles only containers and tensors; anything else raises an error."""

    def __init__(self, file, load_storage):
        super().__init__(file, encoding="latin1")
        self._load_storage = load_storage

    def persistent_load(self, key):
        return self._load_storage(key)

    def find_class(self, module, name):
        if module == "torch" and name in DTYPES:
            return DTYPES[name]
        known = {
            ("collections", "OrderedDict"): collections.OrderedDict,
            ("torch", "Size"): tuple,
            ("torch._utils", "_rebuild_tensor"): _rebuild_tensor,  # before PyTorch 0.4
            ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
            ("torch._utils", "_rebuild_parameter"): lambda data, *_: data,
        }
        if (module, name) not in known:
            raise ValueError(
                f"it asks for {module}.{name}, which is not part of plain weights. If you trust it, load it "
                "with PyTorch and save `model.state_dict()` alone."
            )
        return known[module, name]


def _rebuild_tensor(storage, offset, size, stride, *_):
    if not isinstance(storage, _Storage):
        raise ValueError("a tensor has no storage")
    values, size, stride = storage.values, tuple(size), tuple(stride)
    if values is None:
        return None
    if not all(type(n) is int and n >= 0 for n in (offset, *size, *stride)) or len(size) != len(stride):
        raise ValueError(f"a tensor has the shape {size}, strides {stride} and offset {offset!r}")
    if 0 in size:
        return np.zeros(size, values.dtype)
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if last >= len(values) or math.prod(size) > len(values):
        raise ValueError(f"a tensor of shape {size} reaches beyond its {len(values)} values")
    storage.taken += math.prod(size)
    if storage.taken > MOST_TAKEN * len(values):  # a small file that would fill the memory
        raise ValueError(f"its tensors take the same values more than {MOST_TAKEN} times")
    steps = [step * values.itemsize for step in stride]
    return np.lib.stride_tricks.as_strided(values[offset:], size, steps, writeable=False).copy()


def _to_array(data, dtype, count):
    if dtype == "bfloat16":
        # The upper half of a float32.
        return (np.frombuffer(data, "<u2", count).astype("uint32") << 16).view("float32")
    return np.frombuffer(data, np.dtype(dtype).newbyteorder("<"), count).astype(dtype)


def _read_zip(file):
    with zipfile.ZipFile(file) as archive:
        pickles = [name for name in archive.namelist() if name.split("/")[-1] == "data.pkl"]
        if len(pickles) != 1:
            raise ValueError("it is a zip file without `data.pkl`")
        folder = pickles[0].removesuffix("data.pkl")

        def content(name):
            # PyTorch does not compress; a compressed file could be a zip bomb.
            if archive.getinfo(name).compress_type != zipfile.ZIP_STORED:
                raise ValueError("it is a compressed zip file")
            return archive.read(name)

        if f"{folder}byteorder" in archive.namelist() and content(f"{folder}byteorder") != b"little":
            raise ValueError("it was written on a big-endian machine")

        storages = {}

        def load_storage(key):
            _, dtype, name, _, count = key
            if name not in storages:
                values = _to_array(content(f"{folder}data/{name}"), dtype, count)
                storages[name] = (dtype, count), _Storage(values)
            if storages[name][0] != (dtype, count):
                raise ValueError(f"its storage {name} has two sizes or dtypes")
            return storages[name][1]

        return _Unpickler(io.BytesIO(content(pickles[0])), load_storage).load()


def _read_stream(file):
    def load(load_storage=None):
        return _Unpickler(file, load_storage).load()

    try:
        head = load(), load()
    except Exception:  # a file of any other kind
        head = None
    if head != (MAGIC, PROTOCOL):
        raise ValueError(
            "it has neither of the formats that `torch.save` writes. A .pkl of NVIDIA's StyleGAN code is a pickle of classes: load it there, "
            'and write its weights: torch.save(pickle.load(file)["G_ema"].state_dict(), "G.pth")'
        )
    if not load().get("little_endian", True):
        raise ValueError("it was written on a big-endian machine")
    # The values come after the tensors that use them: the first pass only finds the storages.
    start, storages = file.tell(), {}

    def note(key):
        _, dtype, name, _, _, view = key
        if view is not None:
            raise ValueError("it has views of storages, of PyTorch before 0.4")
        storages[name] = dtype
        return _Storage(None)

    load(note)
    for name in load():
        count = int.from_bytes(file.read(8), "little")
        dtype = storages[name]
        width = 2 if dtype == "bfloat16" else np.dtype(dtype).itemsize
        data = file.read(count * width)
        if len(data) != count * width:
            raise ValueError("it ends too early")
        storages[name] = _Storage(_to_array(data, dtype, count))
    file.seek(start)
    return load(lambda key: storages[key[2]])
