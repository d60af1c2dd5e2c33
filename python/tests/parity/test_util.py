"""Hashing to buckets, replacing by a dictionary, compression by a model."""

import pytest

import making

# What follows two characters.
MODEL = b"ab\x01c" + b"bc\x02de" + b"de\x00" + b"\x80\xff\x08AAAAAAAA"


@pytest.mark.parametrize(
    ("key", "buckets", "bucket"),
    [("abc", 10, 6), (b"abc", 10, 6), ("", 1, 0), ("zürich", 1, 0), ("ü", 1000, 938), ("abc", 2**32 - 1, 1133332736)],
)
def test_buckets(kv, key, buckets, bucket):
    assert kv.util.JumpConsistentHashString(key, buckets) == bucket
    assert kv.util.JumpConsistentHashString(in_0=key, in_1=buckets) == bucket


def test_buckets_of_numbers(kv):
    found = [kv.util.JumpConsistentHashString(str(number), 100) for number in range(20)]
    assert found == [17, 50, 45, 70, 79, 53, 0, 52, 93, 86, 67, 92, 31, 48, 63, 63, 24, 5, 92, 40]


def test_keys_are_hashed_up_to_a_nul(kv):
    assert kv.util.JumpConsistentHashString("a\0b", 1000) == kv.util.JumpConsistentHashString("a", 1000) == 546


def test_no_buckets(kv):
    assert kv.util.JumpConsistentHashString("abc", 0) == 2**32 - 1


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("abc", -1), AssertionError),
        (("abc", "x"), AssertionError),
        (("abc", 1.5), AssertionError),
        ((1, 1), AssertionError),
        (("abc", 2**32), OverflowError),
        (("abc",), TypeError),
        ((), TypeError),
    ],
)
def test_wrong_arguments_of_the_hash(kv, arguments, error):
    with pytest.raises(error):
        kv.util.JumpConsistentHashString(*arguments)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("aab", b"Xb"),
        ("abcab", b"ZY"),
        ("abd", b"Yd"),
        ("qqx", b"x"),
        ("ab aa", b"Y X"),
        ("äab", b"\xc3\xa4Y"),
        (b"\xffab", b"\xffY"),
        ("", b""),
        ("nothing", b"nothing"),
    ],
)
def test_normalize(kv, made, text, expected):
    transform = kv.util.FsaTransform(made("string", [("aa", "X"), ("ab", "Y"), ("abc", "Z"), ("q", "")]))
    assert transform.normalize(text) == transform.normalize(in_0=text) == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("key-only", b"zq"),
        ("int", b"z1q"),
        ("completion", b"z1q"),
        ("string", b"zoneq"),
        ("json", b'z{"x":1,"l":[1.5,null,true]}q'),
        ("float-vector", b"z1, 2.5, -3q"),
    ],
)
def test_normalize_with_other_values(kv, made, kind, expected):
    assert kv.util.FsaTransform(made(kind)).normalize("zaq") == expected


def test_arguments_of_transforms(kv, made):
    dictionary = made("int")
    for wrong in ((), ("path",), (dictionary, dictionary)):
        with pytest.raises(TypeError):
            kv.util.FsaTransform(*wrong)
    with pytest.raises(AssertionError):
        kv.util.FsaTransform(None)
    for wrong in (1, None):
        with pytest.raises(AssertionError):
            kv.util.FsaTransform(in_0=dictionary).normalize(wrong)
    assert kv.util.FsaTransform(made("int", [])).normalize("zaq") == b"zaq"


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model"
    path.write_bytes(MODEL)
    return str(path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abcde", b"\x0cab"),
        ("abcdeabcde", b"\xccabab"),
        (b"\x80\xffAAAAAAAA", b"\x04\x80\xff"),
        (b"abc\xff", b"\x04ab\xff"),
        ("xyz", b"\x00xyz"),
        ("ab", b"\x00ab"),
        ("a", b"a"),
        ("", b""),
    ],
)
def test_compress(kv, model, text, expected):
    compression = kv.util.PredictiveCompression(model)
    assert compression.compress(text) == compression.compress(in_0=text) == expected


@pytest.mark.parametrize(
    "text", [b"", b"a", b"ab", b"hello world and more", b"xabcdexabcdex", b"\x80\xffAAAAAAAA\x80\xff"]
)
def test_uncompress(kv, model, text):
    compression = kv.util.PredictiveCompression(in_0=model.encode())
    assert compression.uncompress(compression.compress(text)) == text
    assert compression.uncompress(in_0=compression.compress(text)) == text


@pytest.mark.parametrize(
    ("content", "error"), [(b"ab\x05c", OSError), (b"ab\x09c", ValueError), (b"a", ValueError), (b"ab", ValueError)]
)
def test_broken_models(kv, tmp_path, content, error):
    path = tmp_path / "broken"
    path.write_bytes(content)
    with pytest.raises(error):
        kv.util.PredictiveCompression(str(path))


def test_arguments_of_compressions(kv, model, tmp_path):
    for wrong in (1, None):
        with pytest.raises(AssertionError):
            kv.util.PredictiveCompression(wrong)
        with pytest.raises(AssertionError):
            kv.util.PredictiveCompression(model).compress(wrong)
        with pytest.raises(AssertionError):
            kv.util.PredictiveCompression(model).uncompress(wrong)
    with pytest.raises(TypeError):
        kv.util.PredictiveCompression()
    with pytest.raises(ValueError):
        kv.util.PredictiveCompression(str(tmp_path / "missing"))
    with pytest.raises(ValueError):
        kv.util.PredictiveCompression(making.__file__)


def test_an_empty_model(kv, tmp_path):
    path = tmp_path / "empty"
    path.write_bytes(b"")
    assert kv.util.PredictiveCompression(str(path)).compress("hello") == b"\x00hello"
