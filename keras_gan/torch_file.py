"""Weights in PyTorch's files, read without PyTorch and without running anything that is in them."""

import collections
import io
import pickle
import zipfile

import numpy as np

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
    """Read what `torch.save` wrote, where it is tensors in dicts and lists.

    Both formats: the zip of today, and the older stream. bfloat16 becomes float32.

    Args:
        path: of the file.

    Returns:
        What was saved, with NumPy arrays for tensors; of a state dict, a dict from name to array.

    Raises:
        ValueError: for a file that is damaged, or that asks for anything but tensors: it would
            run code where it is loaded.

    Example:
    >>> keras_gan.torch_file.read("generator.pth")["model.1.weight"].shape  # doctest: +SKIP
    (64, 3, 7, 7)
    """
    try:
        with open(path, "rb") as file:
            if zipfile.is_zipfile(file):
                return _read_zip(file)
            file.seek(0)
            return _read_stream(file)
    except OSError:
        raise
    except Exception as error:
        raise ValueError(f"{path} cannot be read as a PyTorch file of weights: {error}") from error


class _Unpickler(pickle.Unpickler):
    """Knows containers and tensors, and refuses to look up anything else."""

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
    count = storage.size
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if 0 in size:
        return np.zeros(size, storage.dtype)
    if min((offset, *stride)) < 0 or last >= count or np.prod(size, dtype=object) > count:
        raise ValueError(f"a tensor of shape {tuple(size)} reaches beyond its {count} values")
    steps = [step * storage.itemsize for step in stride]
    return np.lib.stride_tricks.as_strided(storage[offset:], size, steps, writeable=False).copy()


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
        if f"{folder}byteorder" in archive.namelist() and archive.read(f"{folder}byteorder") != b"little":
            raise ValueError("it was written on a big-endian machine")

        def load_storage(key):
            _, dtype, name, _, count = key
            return _to_array(archive.read(f"{folder}data/{name}"), dtype, count)

        return _Unpickler(io.BytesIO(archive.read(pickles[0])), load_storage).load()


def _read_stream(file):
    def load(load_storage=None):
        return _Unpickler(file, load_storage).load()

    try:
        head = load(), load()
    except pickle.UnpicklingError:
        head = None
    if head != (MAGIC, PROTOCOL):
        raise ValueError("it has neither of the formats that `torch.save` writes")
    if not load().get("little_endian", True):
        raise ValueError("it was written on a big-endian machine")
    # The values come after the tensors that are made of them: first look which there are.
    start, storages = file.tell(), {}
    file_size = file.seek(0, io.SEEK_END)
    file.seek(start)

    def empty(key):
        _, dtype, name, _, count, view = key
        if view is not None:
            raise ValueError("it has views of storages, of PyTorch before 0.4")
        if count > file_size:
            raise ValueError("it ends too early")
        storages[name] = dtype
        return np.lib.stride_tricks.as_strided(np.zeros(1, "float32"), (count,), (0,))

    load(empty)
    for name in load():
        count = int.from_bytes(file.read(8), "little")
        dtype = storages[name]
        width = 2 if dtype == "bfloat16" else np.dtype(dtype).itemsize
        data = file.read(count * width)
        if len(data) != count * width:
            raise ValueError("it ends too early")
        storages[name] = _to_array(data, dtype, count)
    file.seek(start)
    return load(lambda key: storages[key[2]])
