"""The generator of key-only dictionaries from sorted keys."""

import pytest


@pytest.fixture
def generator(kv):
    return kv.compiler.KeyOnlyDictionaryGenerator()


def generate(kv, generator, keys, path):
    for key in keys:
        generator.add(key)
    generator.close_feeding()
    generator.write_to_file(path)
    return kv.dictionary.Dictionary(path)


def test_sorted_keys(kv, generator, fresh):
    dictionary = generate(kv, generator, ["a", b"ab", "zürich"], fresh())
    assert list(dictionary.items()) == [("a", None), ("ab", None), ("zürich", None)]
    assert dictionary.statistics()["General"]["value_store_type"] == 1


def test_methods_return_nothing(generator, fresh):
    assert generator.add(in_0="a") is None
    assert generator.close_feeding() is None
    assert generator.write_to_file(in_0=fresh()) is None


def test_the_constructor_takes_nothing(kv):
    with pytest.raises(TypeError):
        kv.compiler.KeyOnlyDictionaryGenerator({})
    with pytest.raises(TypeError):
        kv.compiler.KeyOnlyDictionaryGenerator(params={})


def test_no_keys(kv, generator, fresh):
    assert len(generate(kv, generator, [], fresh())) == 0


def test_equal_and_empty_keys(kv, generator, fresh):
    assert list(generate(kv, generator, ["", "a", "a", "b"], fresh()).keys()) == ["a", "b"]


def test_many_keys(kv, generator, fresh):
    keys = [f"{number:05}" for number in range(5000)]
    assert list(generate(kv, generator, keys, fresh()).keys()) == keys


def test_order_of_calls(generator, fresh):
    with pytest.raises(RuntimeError):
        generator.write_to_file(fresh())
    generator.add("a")
    with pytest.raises(RuntimeError):
        generator.write_to_file(fresh())
    generator.close_feeding()
    with pytest.raises(RuntimeError):
        generator.add("b")


def test_written_twice(kv, generator, fresh):
    generate(kv, generator, ["a"], fresh())
    path = fresh()
    generator.write_to_file(path)
    assert list(kv.dictionary.Dictionary(path).keys()) == ["a"]


def test_text_arguments(generator, fresh):
    for wrong in (1, None, bytearray(b"a")):
        with pytest.raises(AssertionError):
            generator.add(wrong)
    generator.close_feeding()
    with pytest.raises(AssertionError):
        generator.write_to_file(1)
    with pytest.raises(ValueError):
        generator.write_to_file(fresh() + "/missing/file")
