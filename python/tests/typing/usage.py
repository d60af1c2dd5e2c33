"""What a type checker makes of programs that use keyfold: checked by `mypy --strict`, not run."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyfold
import keyfold as keyvi
from keyfold.compiler import JsonDictionaryCompiler
from keyfold.dictionary import Dictionary


def compiled(folder: Path) -> int:
    def rows() -> Iterator[tuple[str, dict[str, int]]]:
        yield "Oslo", {"population": 1_082_575}

    summary = keyfold.compile(rows(), folder / "cities.kf", kind="json", replace=True)
    return summary.keys


def looked_up(path: Path) -> list[str]:
    with keyfold.open(path) as cities:
        assert isinstance(cities, keyfold.Dictionary)
        value: Any = cities["Oslo"]
        found: bool = "Oslo" in cities and value is not None
        keys: list[str | bytes] = [match.key for match in cities.fuzzy("Oslp", 1)]
        many: list[bool] = cities.contains_many(["Oslo", b"Bergen"])
        return [str(key) for key in keys if found and all(many)]


def migrated(path: str) -> list[tuple[str, float]]:
    compiler = JsonDictionaryCompiler({"memory_limit_mb": "10"})
    compiler.add("Oslo", '{"country": "NO"}')
    compiler.compile()
    compiler.write_to_file(path)
    matches: keyvi.MatchIterator = Dictionary(path).match_fuzzy("Oslp", 1)
    return [(match.matched_string, match.score) for match in matches]


def refused(path: str) -> str:
    try:
        keyfold.open(path)
    except keyfold.Error as error:
        return str(error)
    return ""
