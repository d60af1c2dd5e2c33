"""The tutorial, docs/python.md: every block of it runs, and prints what it says."""

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", ["docs/python.md"])
def test_every_block(name, monkeypatch):
    monkeypatch.chdir(ROOT)
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = [(match.start(1), match.group(1)) for match in BLOCK.finditer(text)]
    examples = []
    for start, block in blocks:
        line = text.count("\n", 0, start)
        for example in doctest.DocTestParser().get_examples(block, name):
            example.lineno += line
            examples.append(example)
    assert len(examples) > 20
    test = doctest.DocTest(examples, {}, name, str(ROOT / name), 0, text)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    results = doctest.DocTestRunner(optionflags=flags).run(test)
    assert results.failed == 0
