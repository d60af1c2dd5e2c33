"""Options of compilers, and of generators and mergers: texts by names."""

import pytest

import making

KINDS = tuple(making.KINDS.values())
# An option, what it cannot be, and the exception.
REFUSED = [
    *(
        ("Int", name, value, TypeError)
        for name in ("memory_limit", "memory_limit_kb", "memory_limit_mb", "memory_limit_gb")
        for value in ("", "abc", "1.5", " 10", "10x", "99999999999999999999")
    ),
    *(("Int", "memory_limit_mb", "0", RuntimeError), ("Int", "memory_limit", "1048575", RuntimeError)),
    ("Int", "memory_limit_kb", "1023", RuntimeError),
    ("Int", "parallel_sort_threshold", "abc", TypeError),
    ("Json", "compression_threshold", "abc", TypeError),
    ("Json", "compression", "nonsense", ValueError),
    ("FloatVector", "compression", "nonsense", ValueError),
    ("FloatVector", "vector_size", "abc", TypeError),
]
TAKEN = [
    ("Int", {"memory_limit": "10485760"}),
    ("Int", {"memory_limit_kb": "10240"}),
    ("Int", {"memory_limit_mb": "+5"}),
    ("Int", {b"memory_limit_mb": b"10"}),
    ("Int", {"parallel_sort_threshold": "0"}),
    ("Int", {"minimization": "maybe"}),
    ("Json", {"compression_threshold": "0"}),
    ("Json", {"compression": b"zlib"}),
    ("Json", {"floating_point_precision": "other"}),
    ("Json", {"minimization": "OFF"}),
    ("FloatVector", {"vector_size": "0"}),
]


def factory(kv, kind):
    return getattr(kv.compiler, f"{kind}DictionaryCompiler")


@pytest.mark.parametrize("kind", KINDS)
def test_options_are_a_dictionary_of_texts(kv, kind):
    assert isinstance(factory(kv, kind)(), factory(kv, kind))
    assert isinstance(factory(kv, kind)({}), factory(kv, kind))
    for wrong in ((1,), (None,), ({"memory_limit_mb": 1},), ({1: "x"},), ([("a", "b")],), ("x",), ({}, {})):
        with kv.refuses():
            factory(kv, kind)(*wrong)


@pytest.mark.parametrize("kind", KINDS)
def test_keyword_arguments_do_not_count(kv, kind):
    with kv.ignoring():
        compiler = factory(kv, kind)(value_store_params={"memory_limit_mb": "abc", "compression": "nonsense"})
    assert isinstance(compiler, factory(kv, kind))


@pytest.mark.parametrize(("kind", "name", "value", "error"), REFUSED, ids=repr)
def test_values_that_an_option_cannot_have(kv, kind, name, value, error):
    with pytest.raises(error):
        factory(kv, kind)({name: value})


@pytest.mark.parametrize(("kind", "params"), TAKEN, ids=repr)
def test_values_that_an_option_can_have(kv, kind, params):
    with kv.ignoring():
        assert isinstance(factory(kv, kind)(params), factory(kv, kind))


@pytest.mark.parametrize("kind", KINDS)
def test_unknown_options_do_not_count(kv, kind):
    if kv.ours:
        with pytest.warns(UserWarning, match="colour"):
            compiler = factory(kv, kind)({"colour": "blue"})
    else:
        compiler = factory(kv, kind)({"colour": "blue"})
    assert isinstance(compiler, factory(kv, kind))


def test_the_compression_threshold(made):
    rows = [("a", '"%s"' % ("x" * 39)), ("b", '"%s"' % ("x" * 38))]
    codes = {}
    for threshold in (None, "0", "40", "41"):
        params = {"compression": "zlib"} | ({"compression_threshold": threshold} if threshold else {})
        dictionary = made("json", rows, params)
        codes[threshold] = [dictionary[key].raw_value_as_string()[0] for key in "ab"]
        assert list(dictionary.values()) == ["x" * 39, "x" * 38]
    # The packed texts have 41 and 40 bytes.
    assert codes == {None: [1, 1], "0": [1, 1], "40": [1, 0], "41": [0, 0]}


def test_single_precision(made):
    dictionary = made("json", [("a", "1.1"), ("b", "0.5"), ("c", "-1.1")], {"floating_point_precision": "single"})
    packed = [dictionary[key].msgpacked_value_as_string() for key in "abc"]
    assert packed[:2] == [b"\xca\x3f\x8c\xcc\xcd", b"\xca\x3f\x00\x00\x00"]
    # Never for numbers below zero.
    assert packed[2][0] == 0xCB


def test_minimization(made):
    rows = [("a", '"same"'), ("b", '"same"')]
    stores = {value: made("json", rows, {"minimization": value}).statistics()["Value Store"] for value in ("on", "off")}
    assert stores["on"]["size"] * 2 == stores["off"]["size"]
    assert [stores["on"][name] for name in ("values", "unique_values")] == [2, 1]
    assert [stores["off"][name] for name in ("values", "unique_values")] == [2, 0]


def test_a_folder_for_temporary_files(made, tmp_path):
    dictionary = made("int", [(str(number), number) for number in range(2000)], {"temporary_path": str(tmp_path)})
    assert len(dictionary) == 2000


def test_more_rows_than_the_memory_holds(made):
    rows = [(f"{number:032}", number) for number in range(0, 200_000, 4)]
    dictionary = made("int", rows, {"memory_limit_mb": "1"})
    assert len(dictionary) == len(rows)
    assert dictionary[rows[777][0]].value == rows[777][1]


@pytest.mark.parametrize("kind", [making.KINDS[kind] for kind in making.MERGED])
def test_mergers_do_not_check_options(kv, kind):
    merger = getattr(kv.compiler, f"{kind}DictionaryMerger")
    with kv.ignoring():
        for params in ({}, {"memory_limit_mb": "abc"}, {"compression": "nonsense"}, {"merge_mode": "nonsense"}):
            assert isinstance(merger(params), merger)
    for wrong in ((1,), ({"a": 1},), ({}, {}), (None,)):
        with kv.refuses():
            merger(*wrong)


@pytest.mark.parametrize("kind", ["Json", "String"])
def test_options_of_vectors(kv, kind):
    generator = getattr(kv.vector, f"{kind}VectorGenerator")
    for params in ({}, {b"memory_limit_mb": b"10"}):
        assert isinstance(generator(params), generator)
    for wrong in ((1,), ({"a": 1},), ({}, {}), (None,)):
        with kv.refuses():
            generator(*wrong)
    with pytest.raises(TypeError):
        generator({"memory_limit_mb": "abc"})
    if kind == "Json":
        with pytest.raises(ValueError):
            generator({"compression": "nonsense"})
