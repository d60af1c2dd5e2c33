"""Indexes: what keyvi's writer left is read and written here, what is written here keyvi's reader reads."""

import json

import keyvi.index
import pytest

import peer
import rows

KEYVI = ("--format", "keyvi")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index"


def load(keyfold, folder, entries, *flags):
    """Writes entries, their values JSON text."""
    keyfold.run("index", "load", "--quiet", *flags, folder, keyfold.write_rows("json", entries))


def delete(keyfold, folder, keys):
    keyfold.run("index", "delete", folder, "--group", 1000, "-", stdin=b"".join(key + b"\n" for key in keys))


def agree(keyfold, folder, expected, absent):
    """Both readers find exactly `expected`, and none of the keys in `absent`."""
    assert keyfold.dump("json", folder) == expected
    reader = keyvi.index.ReadOnlyIndex(str(folder))
    for key, value in expected.items():
        match = reader.get(key.decode())
        assert match is not None, key
        assert match.value == value
    for key in absent:
        assert reader.get(key.decode()) is None, key
        assert key.decode() not in reader
    missing = keyfold.get(folder, list(absent), code=1 if absent else 0)
    assert missing == b""


def test_keyvi_reads_what_keyfold_wrote(keyfold, folder):
    entries = list(rows.rows("cities", "json", 3000))
    keyfold.run("index", "create", *KEYVI, folder)
    load(keyfold, folder, entries[:2000])
    load(keyfold, folder, entries[1000:])
    gone = [key for key, _ in entries[::7]]
    delete(keyfold, folder, gone)
    expected = rows.contents("cities", "json", 3000)
    for key in gone:
        expected.pop(key)
    agree(keyfold, folder, expected, gone)
    back = gone[:50]
    load(keyfold, folder, [(key, b'{"back":true}') for key in back])
    expected |= {key: {"back": True} for key in back}
    agree(keyfold, folder, expected, gone[50:])
    keyfold.run("index", "compact", "--quiet", folder)
    agree(keyfold, folder, expected, gone[50:])
    for segment in folder.glob("*.kv"):
        assert len(peer.open(segment)) == len(expected)


def test_keyvis_queries_see_the_same(keyfold, folder):
    keyfold.run("index", "create", *KEYVI, folder)
    load(keyfold, folder, [(b"light", b"1"), (b"might", b"2"), (b"night", b"3")])
    delete(keyfold, folder, [b"might"])
    load(keyfold, folder, [(b"fight", b"4")])
    reader = keyvi.index.ReadOnlyIndex(str(folder))
    theirs = sorted(match.matched_string for match in reader.get_fuzzy("xight", 1, 0))
    ours = [row["key"] for row in keyfold.ask("fuzzy", folder, ["xight"])["xight"]]
    assert theirs == ours == ["fight", "light", "night"]


def test_keyfold_reads_and_goes_on_with_what_keyvi_wrote(keyfold, folder):
    documents = rows.contents("cities", "json", 2000)
    texts = {key.decode(): json.dumps(value) for key, value in documents.items()}
    writer = keyvi.index.Index(str(folder), {"refresh_interval": "100"})
    names = sorted(texts)
    for name in names[:1000]:
        writer.set(name, texts[name])
    writer.flush()
    writer.bulk_set([(name, texts[name]) for name in names[1000:]])
    writer.flush()
    gone = names[::9]
    for name in gone:
        writer.delete(name)
    writer.flush()
    # keyvi holds the lock for as long as it has the index open
    refused = keyfold.run("index", "set", folder, "a", "1", code=2)
    assert b"another writer has the index open" in refused.stderr
    del writer
    expected = {key: value for key, value in documents.items() if key.decode() not in gone}
    absent = [name.encode() for name in gone]
    agree(keyfold, folder, expected, absent)
    keyfold.verify(folder)

    load(keyfold, folder, [(key, b'{"back":1}') for key in absent[:20]])
    more = [name.encode() for name in names[5:2000:9]]
    delete(keyfold, folder, more)
    expected |= {key: {"back": 1} for key in absent[:20]}
    expected = {key: value for key, value in expected.items() if key not in more}
    agree(keyfold, folder, expected, absent[20:] + more)
    keyfold.run("index", "compact", "--quiet", folder)
    agree(keyfold, folder, expected, absent[20:] + more)
    assert all(peer.open(segment) is not None for segment in folder.glob("*.kv"))


def test_random_changes_by_both(keyfold, folder, rng, rounds):
    """keyvi and keyfold write to one index by turns."""
    keyfold.run("index", "create", *KEYVI, folder)
    keys = [f"key {number}" for number in range(60)]
    model = {}
    for turn in range(max(4, rounds // 10)):
        changed = rng.sample(keys, 15)
        deleted = rng.sample(keys, 8)
        if turn % 2:
            writer = keyvi.index.Index(str(folder))
            for key in changed:
                writer.set(key, json.dumps({"turn": turn}))
            writer.flush()
            for key in deleted:
                writer.delete(key)
            writer.flush()
            del writer
        else:
            load(keyfold, folder, [(key.encode(), json.dumps({"turn": turn}).encode()) for key in changed])
            delete(keyfold, folder, [key.encode() for key in deleted])
        model |= {key: {"turn": turn} for key in changed}
        model = {key: value for key, value in model.items() if key not in deleted}
        absent = [key.encode() for key in keys if key not in model]
        agree(keyfold, folder, {key.encode(): value for key, value in model.items()}, absent)
