"""Keys compiled folded: keyvi reads such a file as it stands, and passes over the rule in its header."""

import peer
import rows


def test_keyvi_reads_folded_keys(keyfold, tmp_path):
    given = dict(rows.texts("names"))
    file = keyfold.compile("string", list(given.items()), tmp_path / "names.kv", None, "--fold-case", "--nfkc")
    stored = peer.contents("string", file)
    assert len(stored) == len(given)
    spelled = {}
    for key, value in stored.items():
        folded, spelling = key.split(b"\x1b")
        spelled[spelling or folded] = value
    assert spelled == given
    assert keyfold.dump("string", file) == given
    keyfold.verify(file)


def test_find_knows_every_spelling(keyfold, tmp_path):
    given = rows.texts("names", 500)
    text = "\n".join(key.decode().upper() for key, _ in given).encode()
    for layout in ("keyvi", "fast"):
        path = tmp_path / f"names.{layout}"
        file = keyfold.compile("string", given, path, None, "--fold-case", "--nfkc", layout=layout)
        found = keyfold.run("find", file, "--boundaries", "none", "--overlapping", stdin=text).stdout
        keys = {line.split(b"\t")[2] for line in found.splitlines()}
        # upper case loses nothing that folding keeps, but for a few letters such as the dotless i
        assert len(keys) >= 0.99 * len(given)
        assert keys <= {key for key, _ in given}
