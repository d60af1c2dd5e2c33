"""Statistics as HTML, for notebooks."""

from __future__ import annotations

import html
from typing import Any

_SHOWN = {
    "format": "layout",
    "profile": "profile",
    "kind": "kind of values",
    "keys": "keys",
    "secondary_keys": "secondary keys",
    "file_bytes": "bytes",
    "key_bytes": "bytes of keys",
    "value_bytes": "bytes of values",
    "bytes_per_key": "bytes per key",
    "unique_values": "different values",
    "compression": "compression",
    "text_rule": "folded by",
    "manifest": "manifest",
}


def table(path: str, statistics: dict[str, Any]) -> str:
    """A small table of what `statistics()` gives."""
    rows = "".join(
        f"<tr><th style='text-align: left'>{title}</th><td>{_cell(statistics[name])}</td></tr>"
        for name, title in _SHOWN.items()
        if statistics[name] not in (None, "", [])
    )
    return f"<table><caption>{html.escape(path)}</caption>{rows}</table>"



def index_table(path: str, statistics: dict[str, Any]) -> str:
    """As `table`, of an index."""
    rows = "".join(
        f"<tr><th style='text-align: left'>{title}</th><td>{_cell(value)}</td></tr>"
        for title, value in {
            "generation": statistics["generation"],
            "partitions": statistics["parts"],
            "segments": len(statistics["segments"]),
            "keys in segments": statistics["keys"],
            "of these deleted": statistics["deleted"],
            "bytes": statistics["bytes"],
            "bytes per key": statistics["bytes_per_key"] or 0,
            "fields": statistics["fields"],
        }.items()
    )
    return f"<table><caption>{html.escape(path)}</caption>{rows}</table>"


def _cell(value: Any) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return html.escape(str(value))
