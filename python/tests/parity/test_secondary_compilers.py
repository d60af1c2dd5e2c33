"""Compilers of dictionaries with secondary keys."""

import pytest

import making

WRONG_VALUES = {
    "int": [("1", TypeError), (None, TypeError), (2**64, OverflowError)],
    "completion": [("1", TypeError), (None, TypeError), (2**64, OverflowError)],
    "string": [(1, AssertionError), (None, AssertionError)],
    "json": [(1, AssertionError), ({"x": 1}, AssertionError)],
    "float-vector": [([1, 2, 3], AssertionError), ((1.0, 2.0, 3.0), TypeError), ([1.0], ValueError)],
}
TENANT = {"tenant": "t1"}


@pytest.fixture(params=making.KINDS)
def kind(request):
    return request.param


@pytest.fixture
def compiler(kv, kind):
    return making.secondary_compiler(kv, kind, ["tenant"])


def rows(kind, tenant=TENANT):
    return [(key, tenant, *value) for key, *value in making.FEW[kind]]


def test_names_of_secondary_keys(kv, kind):
    factory = getattr(kv.compiler, f"SecondaryKey{making.KINDS[kind]}DictionaryCompiler")
    for arguments in ((["t"],), ([b"t"],), ([],), (["t", "u"], {}), (["t"], {"memory_limit_mb": b"10"})):
        assert isinstance(factory(*arguments), factory)
    for wrong in (
        (),
        ("abc",),
        (("t",),),
        ([1],),
        (None,),
        (["t"], {"memory_limit_mb": 10}),
        (["t"], None),
        ({}, ["t"]),
    ):
        with kv.refuses():
            factory(*wrong)
    with kv.refuses(), kv.ignoring():
        factory(secondary_keys=["t"])
    with pytest.raises(TypeError):
        factory(["t"], {"memory_limit_mb": "abc"})


def test_contents(kv, kind, compiler, fresh):
    dictionary = kv.dictionary.SecondaryKeyDictionary(making.write(compiler, rows(kind), fresh()))
    plain = kv.dictionary.Dictionary(making.write(making.compiler(kv, kind), making.FEW[kind], fresh()))
    assert making.wire(dictionary.match_near("", TENANT, 0, True)) == making.wire(plain.match_near("", 0, True))
    assert len(dictionary) == 3


def test_rows_by_name(kv, kind, compiler, fresh):
    for key, *value in making.FEW[kind]:
        compiler.add(the_key=key.encode(), meta={b"tenant": b"t1"}, **dict(zip(("the_value",), value, strict=False)))
    compiler.compile()
    path = fresh()
    compiler.write_to_file(path)
    assert kv.dictionary.SecondaryKeyDictionary(path).contains("ab", TENANT)


def test_a_with_statement_compiles(kv, kind, compiler, fresh):
    with compiler as entered:
        assert entered is compiler
        for row in rows(kind):
            entered.add(*row)
        entered.set_manifest("text")
    path = fresh()
    compiler.write_to_file(path)
    assert kv.dictionary.SecondaryKeyDictionary(path).manifest() == "text"


def test_progress(compiler, kind):
    for row in rows(kind):
        compiler.add(*row)
    told = []
    assert compiler.compile(lambda done, total: told.append((done, total))) is None
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_order_of_calls(compiler, kind, fresh):
    compiler.add(*rows(kind)[0])
    with pytest.raises(RuntimeError):
        compiler.write_to_file(fresh())
    compiler.compile()
    with pytest.raises(RuntimeError):
        compiler.add(*rows(kind)[1])
    compiler.compile()
    compiler.write_to_file(fresh())
    with pytest.raises(ValueError):
        compiler.write_to_file(fresh() + "/missing/file")


def test_every_secondary_key_has_a_value(compiler, kind):
    value = making.FEW[kind][0][1:]
    for meta in ({}, {"user": "u1"}):
        with pytest.raises(IndexError):
            compiler.add("a", meta, *value)
    compiler.add("a", {"tenant": "t1", "user": "not asked for"}, *value)
    compiler.add("a", {"tenant": ""}, *value)


def test_secondary_values_are_text(compiler, kind):
    value = making.FEW[kind][0][1:]
    for meta in ({"tenant": 1}, {1: "t1"}, None):
        with pytest.raises(AssertionError):
            compiler.add("a", meta, *value)
    with pytest.raises(TypeError):
        compiler.add("a", [("tenant", "t1")], *value)


def test_keys_are_text(compiler, kind):
    for wrong in (1, None):
        with pytest.raises(AssertionError):
            compiler.add(wrong, TENANT, *making.FEW[kind][0][1:])


@pytest.mark.parametrize(
    ("kind", "wrong", "error"),
    [(kind, *case) for kind, cases in WRONG_VALUES.items() for case in cases],
    ids=repr,
)
def test_values_of_other_types(kv, kind, wrong, error):
    with pytest.raises(error):
        making.secondary_compiler(kv, kind, ["tenant"]).add("a", TENANT, wrong)


def test_there_is_no_item_assignment(compiler):
    with pytest.raises(TypeError):
        compiler["a"] = 1
    with pytest.raises(TypeError):
        del compiler["a"]


def test_one_of_equal_keys_stays(kv, fresh):
    compiler = making.secondary_compiler(kv, "int", ["tenant"])
    path = making.write(compiler, [("a", TENANT, value) for value in range(5)], fresh())
    assert kv.dictionary.SecondaryKeyDictionary(path).get("a", TENANT).value in range(5)
