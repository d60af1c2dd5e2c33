"""Vectors: values by position, and their generators."""

import math
from pathlib import Path

import pytest

import making

VALUES = {"Json": [1, {"a": "b"}, None, "zürich"], "String": ["one", "", "zürich", '{"a":1}']}


@pytest.fixture(params=VALUES)
def kind(request):
    return request.param


@pytest.fixture
def generator(kv, kind):
    return getattr(kv.vector, f"{kind}VectorGenerator")(making.MEMORY)


@pytest.fixture
def opened(kv, kind):
    return getattr(kv.vector, f"{kind}Vector")


def write(generator, values, path, manifest=None):
    for value in values:
        generator.append(value)
    if manifest is not None:
        generator.set_manifest(manifest)
    generator.write_to_file(path)
    return path


@pytest.fixture
def path(generator, kind, fresh):
    return write(generator, VALUES[kind], fresh(), "ünï")


@pytest.fixture
def vector(opened, path):
    return opened(path)


def test_values(vector, kind):
    assert len(vector) == 4
    assert [vector[index] for index in range(4)] == VALUES[kind]
    assert vector[True] == VALUES[kind][1]
    assert vector.manifest() == "ünï"


def test_opening(kv, opened, path):
    assert len(opened(path.encode())) == len(opened(filename=path)) == 4
    for wrong in (1, None, *([] if kv.ours else [Path(path)])):
        with pytest.raises(AssertionError):
            opened(wrong)
    if kv.ours:
        assert len(opened(Path(path))) == 4
    for arguments in ((), (path, 1)):
        with pytest.raises(TypeError):
            opened(*arguments)


def test_files_that_are_no_vector(kv, kind, opened, path, fresh, tmp_path):
    other = "String" if kind == "Json" else "Json"
    content = Path(path).read_bytes()
    contents = [b"", b"no vector", content[:30], content[: len(content) // 2], content[:-3]]
    wrong = [str(tmp_path / "missing")]
    for content in contents:
        wrong.append(fresh())
        Path(wrong[-1]).write_bytes(content)
    wrong.append(making.write(making.compiler(kv, "int"), making.FEW["int"], fresh()))
    wrong.append(write(getattr(kv.vector, f"{other}VectorGenerator")(making.MEMORY), VALUES[other], fresh()))
    for file in wrong:
        with pytest.raises(ValueError):
            opened(file)


@pytest.mark.parametrize("index", ["a", 1.0, None, slice(0, 2)], ids=repr)
def test_indices_are_integers(vector, index):
    with pytest.raises(AssertionError):
        vector[index]


def test_indices_are_not_negative(vector, kind):
    with pytest.raises(OverflowError if kind == "Json" else AssertionError):
        vector[-1]
    with pytest.raises(OverflowError):
        vector[2**64]


def test_methods_return_nothing(generator, fresh):
    assert generator.append(in_0="a") is None
    assert generator.set_manifest(in_0=b"text") is None
    assert generator.write_to_file(in_0=fresh().encode()) is None


def test_no_values(opened, generator, fresh):
    vector = opened(write(generator, [], fresh()))
    assert (len(vector), vector.manifest()) == (0, "")


def test_appending_after_writing(opened, generator, kind, fresh):
    write(generator, VALUES[kind][:2], fresh())
    vector = opened(write(generator, VALUES[kind][2:], fresh()))
    assert [vector[index] for index in range(len(vector))] == VALUES[kind]


@pytest.mark.parametrize("params", [{}, {"compression": "zlib"}, {"compression": "zstd", "compression_threshold": "0"}])
def test_options(kv, fresh, params):
    values = [{"text": "x" * 100, "number": number} for number in range(500)]
    path = write(kv.vector.JsonVectorGenerator(making.MEMORY | params), values, fresh())
    vector = kv.vector.JsonVector(path)
    assert [vector[index] for index in range(len(vector))] == values


def test_places_that_cannot_be_written(generator, tmp_path):
    with pytest.raises(ValueError):
        generator.write_to_file(str(tmp_path / "missing" / "file"))


@pytest.mark.parametrize("method", ["set_manifest", "write_to_file"])
def test_text_arguments(generator, method):
    for wrong in (1, None, Path("x")):
        with pytest.raises(AssertionError):
            getattr(generator, method)(wrong)


def test_json_values_are_what_json_takes(kv, fresh):
    generator = kv.vector.JsonVectorGenerator(making.MEMORY)
    for wrong in (object(), b"bytes", {1, 2}):
        with pytest.raises(TypeError):
            generator.append(wrong)
    values = [(1, 2), {1: 2}, 1.0, 1.5, 2**70, math.nan, "\ud800"]
    vector = kv.vector.JsonVector(write(generator, values, fresh()))
    read = [vector[index] for index in range(len(vector))]
    # Whole numbers are integers; half a surrogate pair is no JSON, so its text comes back.
    assert read[:5] + read[6:] == [[1, 2], {"1": 2}, 1, 1.5, 2.0**70, '"\\ud800"']
    assert math.isnan(read[5])


def test_strings(kv, fresh):
    generator = kv.vector.StringVectorGenerator(making.MEMORY)
    for wrong in (1, None, ["a"]):
        with pytest.raises(AssertionError):
            generator.append(wrong)
    vector = kv.vector.StringVector(write(generator, [b"bytes", "x", b"\xff"], fresh()))
    assert [vector[0], vector[1]] == ["bytes", "x"]
    with pytest.raises(UnicodeDecodeError):
        vector[2]
