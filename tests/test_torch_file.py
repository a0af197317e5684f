"""PyTorch's files. Those of `../shared/golden` were written by PyTorch; others are written here by hand."""

import collections
import io
import pickle
import struct
import zipfile

import numpy as np
import pytest

from keras_gan import torch_file
from tests.conftest import SHARED


class Storage:
    """Stands for a storage in a pickle, as PyTorch's persistent ids do."""

    def __init__(self, kind, name, count):
        self.id = ("storage", Global("torch", kind), name, "cpu", count)


class Global:
    def __init__(self, module, name):
        self.module, self.name = module, name


class Call:
    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments


class Altered:
    """An object whose attributes are set by the pickle."""

    def __init__(self, target, state):
        self.target, self.state = target, state


class Pickler(pickle._Pickler):
    """Writes names of PyTorch's without PyTorch."""

    def persistent_id(self, obj):
        return obj.id if isinstance(obj, Storage) else None

    def save(self, obj, save_persistent_id=True):
        if isinstance(obj, Global):
            return self.write(f"c{obj.module}\n{obj.name}\n".encode())
        if isinstance(obj, Call):
            self.save(obj.function)
            self.save(obj.arguments)
            return self.write(b"R")
        if isinstance(obj, Altered):
            self.save(obj.target)
            self.save(obj.state)
            return self.write(b"b")
        return super().save(obj, save_persistent_id)


def tensor(kind, name, count, size, stride, offset=0):
    function = Global("torch._utils", "_rebuild_tensor_v2")
    return Call(function, Storage(kind, name, count), offset, size, stride, False, collections.OrderedDict())


def pickled(obj):
    out = io.BytesIO()
    Pickler(out, 2).dump(obj)
    return out.getvalue()


def write_zip(path, obj, storages, byteorder=b"little"):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/data.pkl", pickled(obj))
        archive.writestr("a/byteorder", byteorder)
        for name, data in storages.items():
            archive.writestr(f"a/data/{name}", data)


def write_stream(path, obj, storages):
    with open(path, "wb") as file:
        for part in (torch_file.MAGIC, torch_file.PROTOCOL, {"little_endian": True}):
            file.write(pickle.dumps(part, 2))
        out = io.BytesIO()
        LegacyPickler(out, 2).dump(obj)
        file.write(out.getvalue())
        file.write(pickle.dumps(list(storages), 2))
        for width, data in storages.values():
            file.write(struct.pack("<q", len(data) // width))
            file.write(data)


class LegacyPickler(Pickler):
    def persistent_id(self, obj):
        return (*obj.id, None) if isinstance(obj, Storage) else None


values = np.arange(12, dtype="float32")


def test_both_formats_with_strides_offsets_and_dtypes(tmp_path):
    half = np.array([1.5, -2.0], "float16")
    bfloat = np.array([1.5, -2.0], "float32").view("uint32") >> 16
    obj = {
        "whole": tensor("FloatStorage", "0", 12, (3, 4), (4, 1)),
        "transposed": tensor("FloatStorage", "0", 12, (4, 3), (1, 4)),
        "part": tensor("FloatStorage", "0", 12, (2, 2), (4, 1), 5),
        "scalar": tensor("FloatStorage", "0", 12, (), (), 3),
        "empty": tensor("FloatStorage", "0", 12, (0, 4), (4, 1)),
        "half": tensor("HalfStorage", "1", 2, (2,), (1,)),
        "bfloat": tensor("BFloat16Storage", "2", 2, (2,), (1,)),
        "nested": [{"step": 7, "name": "x"}],
        # As PyTorch wrote before 0.4.
        "older": Call(
            Global("torch._utils", "_rebuild_tensor"), Storage("FloatStorage", "0", 12), 0, (3, 4), (4, 1)
        ),
    }
    data = {"0": (4, values.tobytes()), "1": (2, half.tobytes())}
    data["2"] = (2, bfloat.astype("<u2").tobytes())
    write_zip(tmp_path / "new.pth", obj, {name: content for name, (_, content) in data.items()})
    write_stream(tmp_path / "old.pth", obj, data)
    for name in ("new.pth", "old.pth"):
        found = torch_file.read(tmp_path / name)
        np.testing.assert_array_equal(found["whole"], values.reshape(3, 4))
        np.testing.assert_array_equal(found["older"], values.reshape(3, 4))
        np.testing.assert_array_equal(found["transposed"], values.reshape(3, 4).T)
        np.testing.assert_array_equal(found["part"], [[5, 6], [9, 10]])
        assert found["scalar"] == 3.0 and found["empty"].shape == (0, 4)
        assert found["half"].dtype == "float16" and list(found["half"]) == [1.5, -2.0]
        assert found["bfloat"].dtype == "float32" and list(found["bfloat"]) == [1.5, -2.0]
        assert found["nested"] == [{"step": 7, "name": "x"}]


def test_a_large_tensor_in_the_older_format(tmp_path):
    """Its values come after it: they are not touched before they are there."""
    big = np.arange(3_000_000, dtype="float32")
    obj = {"x": tensor("FloatStorage", "0", len(big), (3000, 1000), (1000, 1))}
    write_stream(tmp_path / "big.pth", obj, {"0": (4, big.tobytes())})
    np.testing.assert_array_equal(torch_file.read(tmp_path / "big.pth")["x"], big.reshape(3000, 1000))


def test_files_that_pytorch_wrote():
    folder = SHARED / "golden" / "translation"
    if not folder.is_dir():
        pytest.skip("files of PyTorch are not at hand (../shared/golden)")
    new = torch_file.read(folder / "resnet_6blocks_ngf8.pth")
    old = torch_file.read(folder / "resnet_6blocks_ngf8_legacy.pth")
    assert new["model.1.weight"].shape == (8, 1, 7, 7)
    assert sum(x.size for x in new.values()) == sum(x.size for x in old.values()) > 50_000
    for name, value in new.items():
        assert np.isfinite(value).all() and value.std() > 0, name


def test_hostile_and_damaged_files_are_refused(tmp_path):
    ran = tmp_path / "ran"
    evil = Call(Global("os", "system"), f"touch {ran}")
    good = {"x": tensor("FloatStorage", "0", 12, (3, 4), (4, 1))}
    beyond = {"x": tensor("FloatStorage", "0", 12, (3, 5), (5, 1))}
    huge = {"x": tensor("FloatStorage", "0", 12, (1 << 40, 4), (0, 1))}
    back = {"x": tensor("FloatStorage", "0", 12, (2,), (-1,), 3)}
    inner = tensor("FloatStorage", "0", 12, (3, 4), (4, 1))
    function = Global("torch._utils", "_rebuild_tensor_v2")
    # A tensor in the place of a storage would be read beyond its end.
    nested = {"x": Call(function, inner, 2, (9,), (1,), False, collections.OrderedDict())}
    # So would one of many rows without values.
    empty = Call(
        function, Storage("FloatStorage", "0", 12), 0, (999, 0), (0, 1), False, collections.OrderedDict()
    )
    storage = Storage("FloatStorage", "0", 12)
    altered = [Altered(storage, state) for state in ({"values": empty}, (None, {"values": empty}))]
    altered = [Call(function, part, 0, (900,), (1,), False, collections.OrderedDict()) for part in altered]
    cases = []
    for name, obj, message in (
        ("altered", {"x": altered[0]}, "alters a storage"),
        ("altered_slots", {"x": altered[1]}, "alters a storage"),
        ("nested", nested, "no storage"),
        ("evil", {"x": evil}, "asks for os.system"),
        ("eval", {"x": Call(Global("builtins", "eval"), "1")}, "asks for builtins.eval"),
        ("module", {"x": Call(Global("torch.nn.modules.conv", "Conv2d"))}, "torch.nn.modules.conv.Conv2d"),
        ("beyond", beyond, "reaches beyond"),
        ("huge", huge, "reaches beyond"),
        ("back", back, "strides"),
    ):
        write_zip(tmp_path / f"{name}_new", obj, {"0": values.tobytes()})
        write_stream(tmp_path / f"{name}_old", obj, {"0": (4, values.tobytes())})
        cases += [(tmp_path / f"{name}_{kind}", message) for kind in ("new", "old")]
    write_zip(tmp_path / "big", good, {"0": values.tobytes()}, b"big")
    write_zip(tmp_path / "short", good, {"0": values.tobytes()[:20]})
    write_stream(tmp_path / "cut", good, {"0": (4, values.tobytes())})
    (tmp_path / "cut").write_bytes((tmp_path / "cut").read_bytes()[:-8])
    with zipfile.ZipFile(tmp_path / "packed", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data.pkl", pickled(good))
    cases += [(tmp_path / "packed", "compressed")]
    (tmp_path / "text").write_text("hello there")
    (tmp_path / "nothing").write_bytes(b"")
    (tmp_path / "pickle").write_bytes(pickle.dumps({"x": 1}))
    with zipfile.ZipFile(tmp_path / "zip", "w") as archive:
        archive.writestr("other", "x")
    cases += [
        (tmp_path / "big", "big-endian"),
        (tmp_path / "short", "buffer"),
        (tmp_path / "cut", "too early"),
    ]
    cases += [(tmp_path / name, "") for name in ("text", "nothing", "pickle")]
    cases += [(tmp_path / "zip", "without `data.pkl`")]
    for path, message in cases:
        with pytest.raises(ValueError, match=f"{path.name} cannot be read.*{message}"):
            torch_file.read(path)
    assert not ran.exists()
    with pytest.raises(OSError):
        torch_file.read(tmp_path / "none")


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"PK\x03\x04 cut", "ends too early"), (b"", "neither"), (b"\x89PNG\r\n", "neither"), (None, "no file")],
)
def test_files_that_are_something_else(tmp_path, content, message):
    if content is not None:
        (tmp_path / "x.pth").write_bytes(content)
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        torch_file.read(tmp_path / "x.pth")


def test_a_storage_of_two_sizes_is_refused(tmp_path):
    state = {f"w{n}": tensor("FloatStorage", "0", n, (n,), (1,)) for n in (10, 9)}
    write_zip(tmp_path / "w.pth", state, {"0": np.arange(10, dtype="<f4").tobytes()})
    with pytest.raises(ValueError, match="two sizes"):
        torch_file.read(tmp_path / "w.pth")


def test_many_tensors_of_the_same_values_are_refused(tmp_path):
    """A small file that would fill the memory."""
    values = np.arange(1000, dtype="<f4").tobytes()
    for count in (2, 100):
        state = {f"w{i}": tensor("FloatStorage", "0", 1000, (1000,), (1,)) for i in range(count)}
        write_zip(tmp_path / "w.pth", state, {"0": values})
        if count == 2:
            assert len(torch_file.read(tmp_path / "w.pth")) == 2
        else:
            with pytest.raises(ValueError, match="the same values"):
                torch_file.read(tmp_path / "w.pth")
