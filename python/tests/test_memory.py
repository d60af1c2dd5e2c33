"""Views of stored bytes, and what they keep alive."""

import struct
import subprocess
import sys
import textwrap

import msgpack
import pytest

import keyfold
from keyfold import exceptions


def test_bytes_of_every_kind(make, layout):
    documents = keyfold.open(make([("a", {"x": 1}), ("b", [2])], "json", layout))
    view = documents.view("a")
    assert view.readonly and view.format == "B" and msgpack.unpackb(view) == {"x": 1}
    strings = keyfold.open(make([("a", "x\u00e9")], "string", layout))
    assert bytes(strings.view("a")).decode() == "x\u00e9"
    vectors = keyfold.open(make([("a", [0.5, -2])], "float-vector", layout, vector_size=2))
    view = vectors.view("a")
    assert view.readonly and view.format == "f" and view.tolist() == [0.5, -2.0]
    assert view.tobytes() == struct.pack("<2f", 0.5, -2)
    with pytest.raises(KeyError):
        vectors.view("z")
    with pytest.raises(exceptions.ValueFormError):
        keyfold.open(make([("a", 1)], "int", layout)).view("a")


def test_compressed_documents_are_copied(make):
    path = make([("a", {"x": "y" * 1000})], "json", "keyvi", compression="zstd")
    assert msgpack.unpackb(keyfold.open(path).view("a")) == {"x": "y" * 1000}


def test_no_copy(make, layout):
    vectors = keyfold.open(make([("a", [1, 2]), ("b", [3, 4])], "float-vector", layout, vector_size=2))
    one, other = vectors.view("a"), vectors.view("b")
    assert one.obj is other.obj is not None and not isinstance(one.obj, bytes)


def test_views_keep_the_file_mapped(make, layout):
    path = make([(f"{number}", [number, 2]) for number in range(100_000)], "float-vector", layout, vector_size=2)
    program = f"""
        import gc, keyfold
        path = {str(path)!r}
        mapped = lambda: path in open("/proc/self/maps").read()
        vectors = keyfold.open(path)
        view = vectors.view("99999")
        part = view[1:]
        vectors.close()
        assert vectors.closed
        del vectors, view
        gc.collect()
        assert mapped() and part.tolist() == [2.0]
        del part
        gc.collect()
        assert not mapped()
        vectors = keyfold.open(path)
        assert mapped()
        vectors.close()
        assert not mapped()
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True, timeout=120)
