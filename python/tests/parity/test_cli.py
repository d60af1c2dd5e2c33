"""keyvi's console program with its positional arguments: the same output, the same files, the same exit status."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import making

PROGRAMS = {"keyvi": "keyvi.cli.cli", "keyfold": "keyfold.keyvi_cli"}
KINDS = ("json", "string", "int", "completion", "key-only")
# A value of nothing, a line without one, a broken one, a third column, a key beyond ASCII.
INPUT = 'a\t1\nb\t0\nc\n\nd\tx\ne\t5\textra\nü\t7\nf\t{"x":[1.5,null]}\ng\t\n'
COMPLAINTS = {
    "json": ["c", ""],
    "string": ["c", ""],
    "int": ["c", "", "d\tx", 'f\t{"x":[1.5,null]}', "g\t"],
    "completion": ["c", "", "d\tx", 'f\t{"x":[1.5,null]}', "g\t"],
    "key-only": [],
}
NUMBERS = ["a\t1", "b", "e\t5", "ü\t7"]
# Strings that are JSON are decoded, too.
DOCUMENTS = ["a\t1", "b", "d\tx", "e\t5", "f\t{'x': [1.5, None]}", "g", "ü\t7"]
DUMPS = {
    "json": DOCUMENTS,
    "string": DOCUMENTS,
    "int": NUMBERS,
    "completion": NUMBERS,
    "key-only": ["a", "b", "c", "d", "e", "f", "g", "ü"],
}
JSON_DOCUMENTS = ['"a"\t1', '"b"', '"d"\t"x"', '"e"\t5', '"f"\t{"x": [1.5, null]}', '"g"', '"\\u00fc"\t7']
JSON_NUMBERS = ['"a"\t1', '"b"', '"e"\t5', '"\\u00fc"\t7']
JSON_DUMPS = {
    "json": JSON_DOCUMENTS,
    "string": JSON_DOCUMENTS,
    "int": JSON_NUMBERS,
    "completion": JSON_NUMBERS,
    "key-only": [f'"{key}"' for key in "abcdefg"] + ['"\\u00fc"'],
}
# What is wrong, and the status: of a usage that argparse refuses, of an exception.
WRONG = [
    (("compile", "in", "out"), 2),
    (("compile", "in", "out", "float-vector"), 2),
    (("compile", "in", "out", "int", "--param", "no-value"), 1),
    (("compile", "in", "out", "int", "--param", "memory_limit_mb=abc"), 1),
    (("compile", "missing", "out", "int"), 1),
    (("dump", "in"), 2),
    (("dump", "missing", "out"), 1),
    (("stats", "missing"), 1),
    (("stats", "in"), 1),
    (("merge", "-i", "in", "-o", "out", "int"), 2),
    (("merge", "-o", "out", "int"), 2),
    (("merge", "-i", "in", "missing", "-o", "out", "int"), 1),
    (("other",), 2),
]


@pytest.fixture
def run(kv, tmp_path):
    """run(*arguments): the exit status and what was printed; names of files are below an empty folder."""
    (tmp_path / "in").write_text(INPUT, encoding="utf-8")

    def call(*arguments):
        ended = subprocess.run(
            [sys.executable, "-X", "utf8", "-W", "ignore", "-m", PROGRAMS[kv.name], *arguments],
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        return ended.returncode, ended.stdout

    return call


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


def test_compile_and_dump(run, tmp_path, kind):
    status, printed = run(
        "compile", "in", "out.kv", kind, "--param", "memory_limit_mb=10", "--param", "minimization=on"
    )
    assert (status, printed) == (0, "".join(f"Can not parse line: {line}\n" for line in COMPLAINTS[kind]))
    assert run("dump", "out.kv", "dump") == (0, "")
    # Values that are false are not written, so a 0 and an empty text are lost.
    assert (tmp_path / "dump").read_text("utf-8") == "".join(f"{line}\n" for line in DUMPS[kind])
    for flag in ("-j", "--json-dumps"):
        assert run("dump", flag, "out.kv", "dump") == (0, "")
        assert (tmp_path / "dump").read_text("utf-8") == "".join(f"{line}\n" for line in JSON_DUMPS[kind])


def test_stats(kv, run, tmp_path):
    path = str(tmp_path / "file.kv")
    making.write(making.compiler(kv, "json"), making.FEW["json"], path)
    status, printed = run("stats", "file.kv")
    found = kv.dictionary.Dictionary(path).statistics()
    assert (status, printed) == (0, json.dumps(found, indent=4, sort_keys=True) + "\n")


def test_merge(kv, run, tmp_path, kind):
    rows = {"json": [("a", "7"), ("z", "8")], "string": [("a", "7"), ("z", "8")], "key-only": [("a",), ("z",)]}
    second = rows.get(kind, [("a", 7), ("z", 8)])
    for name, contents in (("1.kv", making.FEW[kind]), ("2.kv", second)):
        making.write(making.compiler(kv, kind), contents, tmp_path / name)
    for arguments in (
        ("-i", "1.kv", "2.kv", "-o", "m.kv", kind),
        (kind, "--output-file", "m.kv", "--input-files", "1.kv", "2.kv"),
    ):
        assert run("merge", *arguments, "--param", "memory_limit_mb=10") == (0, "")
        merged = kv.dictionary.Dictionary(str(tmp_path / "m.kv"))
        assert list(merged.keys()) == ["a", "ab", "b", "z"]
        assert str(merged["a"].value) == ("None" if kind == "key-only" else "7")
        Path(tmp_path / "m.kv").unlink()


def test_the_version(kv, run):
    for flag in ("-v", "--version"):
        assert run(flag) == (0, kv.version + "\n")


def test_without_a_command(run):
    status, printed = run()
    assert status == 0
    assert printed.startswith("usage: ")
    assert "{stats,dump,compile,merge}" in printed


@pytest.mark.parametrize("command", ["stats", "dump", "compile", "merge"])
def test_help(run, command):
    status, printed = run(command, "--help")
    assert status == 0
    assert printed.startswith("usage: ")


@pytest.mark.parametrize(("arguments", "status"), WRONG, ids=repr)
def test_what_cannot_be_done(run, arguments, status):
    assert run(*arguments) == (status, "")
