"""keyvi's console program, as far as it goes beyond keyvi's: what both have in common is in `parity/test_cli.py`."""

import json
import subprocess
import sys

import pytest

import keyfold
from keyfold import keyvi_cli
from keyfold.exceptions import FileNotFound, FormatError


def test_as_a_module(tmp_path):
    ended = subprocess.run([sys.executable, "-m", "keyfold.keyvi_cli", "--version"], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == keyfold.__version__


def test_there_and_back(tmp_path, capsys):
    rows, file, dump = (str(tmp_path / name) for name in ("rows of text", "a file.kv", "dump"))
    with open(rows, "w", encoding="utf-8") as out:
        out.write('a\t{"x": 1}\nzürich\tplain text\n')
    for layout in ("keyvi", "native"):
        keyvi_cli.main(["compile", rows, file, "json", "--param", f"format={layout}", "--param", "memory_limit_mb=5"])
        keyvi_cli.main(["dump", "--json-dumps", file, dump])
        with open(dump, encoding="utf-8") as out:
            assert out.read() == '"a"\t{"x": 1}\n"z\\u00fcrich"\t"plain text"\n'
        keyvi_cli.main(["stats", file])
        assert json.loads(capsys.readouterr().out)["General"]["number_of_keys"] == 2


def test_merging(tmp_path):
    paths = [tmp_path / name for name in ("a", "b", "all")]
    keyfold.compile({"x": 1, "y": 2}, paths[0], format="keyvi")
    keyfold.compile({"y": 3}, paths[1], format="keyvi")
    files = [str(path) for path in paths]
    keyvi_cli.main(["merge", "-i", *files[:2], "-o", files[2], "--param", "merge_mode=append", "--", "int"])
    assert dict(keyfold.open(paths[2]).items()) == {"x": 1, "y": 3}
    with pytest.raises(FormatError):
        keyvi_cli.main(["merge", "-i", *files[:2], "-o", files[2], "json"])
    with pytest.raises(FileNotFound):
        keyvi_cli.main(["merge", "-i", files[0], str(tmp_path / "missing"), "-o", files[2], "int"])


def test_no_command(capsys):
    keyvi_cli.main([])
    assert capsys.readouterr().out.startswith("usage: keyvi")


def test_a_parameter_without_a_value(tmp_path):
    with pytest.raises(SystemExit, match="is not param=value"):
        keyvi_cli.main(["compile", "in", "out", "int", "--param", "format"])
