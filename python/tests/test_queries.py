"""Queries: what they find, in which order, lazily, and until Ctrl-C."""

import signal
import subprocess
import sys
import textwrap
import time

import pytest

import keyfold

WORDS = {"light": 90, "night": 70, "right": 80, "lightly": 60, "lighter": 50, "tight": 10, "eight": 40}


@pytest.fixture
def words(make, layout):
    return keyfold.open(make(WORDS.items(), "completion", layout))


def keys(hits):
    return [hit.key for hit in hits]


def test_fuzzy(words):
    found = [(hit.key, hit.score, hit.value) for hit in words.fuzzy("light", 1)]
    assert found == [
        ("eight", 1.0, 40),
        ("light", 0.0, 90),
        ("night", 1.0, 70),
        ("right", 1.0, 80),
        ("tight", 1.0, 10),
    ]
    assert keys(words.fuzzy("light", 1, best=True)) == ["light", "right", "night", "eight", "tight"]
    assert keys(words.fuzzy("light", 2, exact_prefix=2)) == ["light", "lighter", "lightly"]
    assert keys(words.fuzzy("light", 1, limit=2)) == ["eight", "light"]
    assert keys(words.fuzzy(b"light", 0)) == ["light"]


def test_completions(words):
    assert keys(words.complete("li")) == ["light", "lightly", "lighter"]
    assert keys(words.complete("", 3)) == ["light", "right", "night"]
    assert keys(words.complete("", 99, minimum_weight=70)) == ["light", "right", "night"]
    assert words.complete("x") == [] and words.complete("", 0) == []
    assert keys(words.complete_fuzzy("ligth", 1, 2)) == ["light", "lightly"]


def test_multiword(make, layout):
    phrases = {"new york\x1bnew york": 5, "york new\x1bnew york": 5, "york\x1byork": 9, "old york\x1bold york": 7}
    dictionary = keyfold.open(make(phrases.items(), "completion", layout))
    assert keys(dictionary.multiword("york n")) == ["new york"]
    assert keys(dictionary.multiword("york", 1)) == ["york"]
    assert keys(dictionary.multiword("yorc n", distance=1)) == ["new york"]


def test_near(words):
    assert keys(words.near("lights", 3))[0] == "light"
    assert keys(words.near("zzz", 1)) == []
    assert set(keys(words.near("lights", 0, greedy=True))) == set(WORDS)


def test_patterns(words):
    assert keys(words.search("(l|n)ight")) == ["light", "night"]
    assert keys(words.search("igh.+e", anywhere=True)) == ["lighter"]
    assert keys(words.glob("?ight")) == ["eight", "light", "night", "right", "tight"]
    assert keys(words.glob("*y")) == ["lightly"]
    assert keys(words.subsequence("lgy")) == ["lightly"]
    assert keys(words.search(".*", limit=2)) == ["eight", "light"]


def test_text(words):
    text = "\u00e9 light, at night: lightly lights"
    found = [(hit.key, hit.start, hit.end) for hit in words.find(text)]
    assert [text[start:end] for _, start, end in found] == ["light", "night", "lightly"] == [key for key, _, _ in found]
    in_bytes = [(hit.start, hit.end) for hit in words.find(text.encode())]
    assert [text.encode()[start:end].decode() for start, end in in_bytes] == ["light", "night", "lightly"]
    assert keys(words.find("lightlynight", boundaries="none")) == ["lightly", "night"]
    assert keys(words.find("lightly", boundaries="none", overlap="all")) == ["light", "lightly"]
    assert keys(words.find("light light light", limit=2)) == ["light", "light"]
    assert keys(words.find("")) == []


def test_laziness(make, layout):
    dictionary = keyfold.open(make([(f"{number:06}", number) for number in range(100_000)], "int", layout))
    start = time.perf_counter()
    everything = list(dictionary.search(".*"))
    whole = time.perf_counter() - start
    assert len(everything) == 100_000
    start = time.perf_counter()
    assert next(dictionary.search(".*")).key == "000000"
    assert time.perf_counter() - start < whole


def test_a_match_outlives_its_dictionary(make, layout):
    hit = next(keyfold.open(make([("a", {"x": [1]})], "json", layout)).fuzzy("a", 1))
    assert hit.value == {"x": [1]}


def test_interruption(make):
    path = make([(f"{number:07}", 1) for number in range(300_000)], "int", "native")
    program = f"""
        import keyfold
        words = keyfold.open({str(path)!r})
        print("ready", flush=True)
        try:
            while True:
                list(words.search("(.*1){{6}}.*x"))
        except KeyboardInterrupt:
            print("interrupted")
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert out == "interrupted\n" and process.returncode == 0
