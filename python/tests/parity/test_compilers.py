"""Compilers of every kind: what they take, when, and what comes of it."""

import sys
from pathlib import Path

import pytest

import making

WRONG_VALUES = {
    "int": ["1", 1.0, None, -1, [1]],
    "completion": ["1", 1.0, None, -1],
    "string": [1, None, ["x"], bytearray(b"x")],
    "json": [1, None, {"x": 1}, True],
    "float-vector": [[1, 2, 3], [True, True, True], None, [1.0, "2", 3.0]],
}


@pytest.fixture(params=making.KINDS)
def kind(request):
    return request.param


@pytest.fixture
def compiler(kv, kind):
    return making.compiler(kv, kind)


@pytest.fixture
def integers(kv):
    return making.compiler(kv, "int")


def read(kv, path):
    return making.wire(kv.dictionary.Dictionary(path).match_near(b"", 0, True))


def test_methods_return_nothing(compiler, kind, fresh):
    assert compiler.add(*making.FEW[kind][0]) is None
    assert compiler.set_manifest("text") is None
    assert compiler.compile() is None
    assert compiler.write_to_file(fresh()) is None


def test_rows_by_name(kv, kind, compiler, fresh):
    for row in making.FEW[kind]:
        compiler.add(**dict(zip(("in_0", "in_1"), row, strict=False)))
    compiler.compile()
    path = fresh()
    compiler.write_to_file(in_0=path)
    assert read(kv, path) == read(kv, making.write(making.compiler(kv, kind), making.FEW[kind], fresh()))


def test_keys_as_bytes_and_in_any_order(kv, kind, compiler, fresh):
    rows = [(row[0].encode(), *row[1:]) for row in reversed(making.FEW[kind])]
    expected = read(kv, making.write(making.compiler(kv, kind), making.FEW[kind], fresh()))
    assert read(kv, making.write(compiler, rows, fresh())) == expected


def test_item_assignment(kv, kind, compiler, fresh):
    if kind == "key-only":
        # There is no value that it takes.
        for value in (None, 1, ""):
            with pytest.raises(TypeError):
                compiler["a"] = value
        return
    for key, value in making.FEW[kind]:
        compiler[key] = value
    path = making.write(compiler, [], fresh())
    assert read(kv, path) == read(kv, making.write(making.compiler(kv, kind), making.FEW[kind], fresh()))


def test_items_are_neither_deleted_nor_read(compiler):
    with pytest.raises(NotImplementedError):
        del compiler["a"]
    with pytest.raises(TypeError):
        compiler["a"]
    with pytest.raises(TypeError):
        len(compiler)


def test_a_with_statement_compiles(kv, kind, compiler, fresh):
    with compiler as entered:
        assert entered is compiler
        for row in making.FEW[kind]:
            entered.add(*row)
    path = fresh()
    compiler.write_to_file(path)
    assert len(kv.dictionary.Dictionary(path)) == 3


def test_a_with_statement_lets_exceptions_through(compiler, kind, fresh):
    with pytest.raises(KeyError), compiler:
        compiler.add(*making.FEW[kind][0])
        raise KeyError("x")
    # It is compiled all the same.
    compiler.write_to_file(fresh())


def test_the_exit_method(compiler, fresh):
    assert compiler.__exit__(None, None, None) is None
    compiler.write_to_file(fresh())


@pytest.mark.parametrize("rows", [0, 1])
def test_writing_before_compiling(compiler, kind, fresh, rows):
    for row in making.FEW[kind][:rows]:
        compiler.add(*row)
    with pytest.raises(RuntimeError):
        compiler.write_to_file(fresh())


def test_adding_after_compiling(compiler, kind, fresh):
    compiler.compile()
    with pytest.raises(RuntimeError):
        compiler.add(*making.FEW[kind][0])
    compiler.write_to_file(fresh())
    with pytest.raises(RuntimeError):
        compiler.add(*making.FEW[kind][0])


def test_compiling_and_writing_again(kv, kind, compiler, fresh):
    paths = [making.write(compiler, making.FEW[kind], fresh())]
    compiler.compile()
    for _ in range(2):
        paths.append(fresh())
        compiler.write_to_file(paths[-1])
    assert len({Path(path).read_bytes() for path in paths}) == 1
    assert len(kv.dictionary.Dictionary(paths[-1])) == 3


def test_a_file_is_overwritten(kv, integers, fresh):
    path = making.write(making.compiler(kv, "json"), making.FEW["json"] * 20, fresh())
    making.write(integers, [("z", 1)], path)
    assert list(kv.dictionary.Dictionary(path).items()) == [("z", 1)]


def test_places_that_cannot_be_written(integers, tmp_path):
    integers.compile()
    for place in (tmp_path / "missing" / "file.kv", tmp_path):
        with pytest.raises(ValueError):
            integers.write_to_file(str(place))


@pytest.mark.parametrize("wrong", [1, None, Path("x"), bytearray(b"x")], ids=repr)
def test_text_arguments(compiler, wrong):
    with pytest.raises(AssertionError):
        compiler.set_manifest(wrong)
    compiler.compile()
    with pytest.raises(AssertionError):
        compiler.write_to_file(wrong)


def test_a_path_as_bytes(kv, integers, fresh):
    integers.compile()
    path = fresh()
    integers.write_to_file(path.encode())
    assert len(kv.dictionary.Dictionary(path)) == 0


def test_keys_of_other_types(compiler, kind):
    for wrong in (1, None, ["a"], bytearray(b"a")):
        with pytest.raises(AssertionError):
            compiler.add(wrong, *making.FEW[kind][0][1:])
    with pytest.raises(UnicodeEncodeError):
        compiler.add("\udcff", *making.FEW[kind][0][1:])


@pytest.mark.parametrize(
    ("kind", "wrong"), [(kind, value) for kind, values in WRONG_VALUES.items() for value in values], ids=repr
)
def test_values_of_other_types(kv, kind, wrong):
    compiler = making.compiler(kv, kind)
    with pytest.raises(AssertionError):
        compiler.add("a", wrong)
    with pytest.raises(AssertionError):
        compiler["a"] = wrong


def test_wrong_numbers_of_arguments(compiler, kind):
    for arguments in ((), ("a",) if kind != "key-only" else ("a", "b"), ("a", "b", "c")):
        with pytest.raises(TypeError):
            compiler.add(*arguments)


@pytest.mark.parametrize("wrong", [(1.0, 2.0, 3.0), "abc"], ids=repr)
def test_float_vectors_are_lists(kv, wrong):
    with pytest.raises(TypeError):
        making.compiler(kv, "float-vector").add("a", wrong)


@pytest.mark.parametrize("wrong", [[], [1.0], [1.0] * 4])
def test_float_vectors_have_one_size(kv, wrong):
    with pytest.raises(ValueError):
        making.compiler(kv, "float-vector").add("a", wrong)


def test_float_vectors_have_ten_numbers_by_default(kv):
    compiler = kv.compiler.FloatVectorDictionaryCompiler()
    compiler.add("a", [1.0] * 10)
    with pytest.raises(ValueError):
        compiler.add("a", [1.0] * 9)


@pytest.mark.parametrize("kind", ["int", "completion"])
def test_integers_have_64_bits(kv, kind):
    with pytest.raises(OverflowError):
        making.compiler(kv, kind).add("a", 2**64)


def test_truth_is_an_integer(made):
    dictionary = made("int", [("a", True), ("b", False), ("c", 2**64 - 1)])
    assert list(dictionary.values()) == [1, 0, 2**64 - 1]


def test_values_as_bytes(made):
    assert made("json", [("a", b'{"x":1}')])["a"].value == {"x": 1}
    assert made("string", [("a", b"text")])["a"].value == "text"


def test_the_empty_key_is_left_out(kv, kind, compiler, fresh):
    rows = [("", *making.FEW[kind][0][1:]), *making.FEW[kind]]
    dictionary = kv.dictionary.Dictionary(making.write(compiler, rows, fresh()))
    assert len(dictionary) == 3
    assert "" not in dictionary


def test_one_of_equal_keys_stays(made):
    dictionary = made("int", [("a", value) for value in range(5)] + [("b", 7)])
    assert list(dictionary.keys()) == ["a", "b"]
    assert dictionary["a"].value in range(5)
    assert dictionary["b"].value == 7


def test_the_manifest_may_come_late(kv, integers, fresh):
    integers.set_manifest("early")
    integers.compile()
    integers.set_manifest(in_0="late".encode())
    path = fresh()
    integers.write_to_file(path)
    assert kv.dictionary.Dictionary(path).manifest() == "late"


def test_a_manifest_that_is_not_utf_8(made):
    with pytest.raises(UnicodeDecodeError):
        made("int", None, None, b"\xff").manifest()


@pytest.mark.parametrize(
    ("count", "step"),
    [(0, 1), (1, 1), (50, 1), (101, 1), (199, 1), (200, 2), (250, 2), (5000, 50)],
    ids=lambda value: "",
)
def test_progress(kv, count, step):
    """It is told of every hundredth part, rounded up: 250 keys are told of by threes."""
    compiler = making.compiler(kv, "int")
    for number in range(count):
        compiler.add(str(number), number)
    told = []
    compiler.compile(lambda done, total: told.append((done, total)))
    step = -(-count // 100) or 1
    assert told == [(done, count) for done in range(step, count + 1, step)]


def test_progress_of_other_kinds(kv, kind, compiler):
    for row in making.FEW[kind]:
        compiler.add(*row)
    told = []
    assert compiler.compile(lambda done, total: told.append((done, total)), "ignored") is None
    assert told == [(1, 3), (2, 3), (3, 3)]


def broken(done, total):
    raise ZeroDivisionError


@pytest.mark.parametrize(("callback", "error"), [(broken, ZeroDivisionError), (1, TypeError), (None, TypeError)])
def test_a_callback_that_fails_stops_nothing(kv, integers, fresh, monkeypatch, callback, error):
    seen = []
    monkeypatch.setattr(sys, "unraisablehook", lambda caught: seen.append(caught.exc_type))
    integers.add("a", 1)
    integers.compile(callback)
    path = fresh()
    integers.write_to_file(path)
    assert len(kv.dictionary.Dictionary(path)) == 1
    assert seen == [error]


def test_the_callback_has_no_name(integers):
    with pytest.raises(TypeError):
        integers.compile(callback=print)


def test_other_attributes(compiler):
    with pytest.raises(AttributeError):
        compiler.other = 1
