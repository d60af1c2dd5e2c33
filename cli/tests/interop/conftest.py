"""keyfold's command line against the real keyvi: fixtures that all the tests share."""

import os
import random
from pathlib import Path

import pytest

import peer
import rows
from tool import NATIVE, Keyfold

MANIFEST = "words, cities & urls: ünï, \"quotes\" \\"
_TABLE = pytest.StashKey[list]()


def pytest_addoption(parser):
    parser.addoption("--report", metavar="FOLDER", type=Path, help="write sizes.md with the table of file sizes there")
    parser.addoption("--rounds", type=int, default=40, help="how many random or damaged files to try")
    parser.addoption("--seed", type=int, default=7, help="seed of the random tests")


def pytest_configure(config):
    config.stash[_TABLE] = []


def pytest_terminal_summary(terminalreporter, config):
    table = config.stash[_TABLE]
    if not table:
        return
    text = ["| rows | kind | compression | keyfold | keyvi | ratio |", "|---|---|---|---:|---:|---:|"]
    text += [
        f"| {name} | {kind} | {compression} | {ours:,} | {theirs:,} | {ours / theirs:.4f} |"
        for name, kind, compression, ours, theirs in table
    ]
    terminalreporter.section("file sizes, bytes")
    for line in text:
        terminalreporter.write_line(line)
    folder = config.getoption("--report")
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "sizes.md").write_text("\n".join(text) + "\n")


@pytest.fixture(scope="session")
def keyfold(tmp_path_factory):
    """The binary under test."""
    binary = os.environ.get("KEYFOLD_BIN")
    if not binary or not os.access(binary, os.X_OK):
        pytest.exit("KEYFOLD_BIN does not name the keyfold binary (hint: .ci/test builds and names it)", returncode=2)
    return Keyfold(binary, tmp_path_factory.mktemp("inputs"))


@pytest.fixture(scope="session")
def built(keyfold, tmp_path_factory):
    """built(maker, set, kind, compression): the file that keyvi, or keyfold in the layout of that name, makes of a cut
    of real rows, made once. The maker "keyfold" writes keyvi's layout.
    """
    folder = tmp_path_factory.mktemp("built")
    files = {}

    def build(maker, name, kind, compression="none"):
        wanted = (maker, name, kind, compression)
        if wanted not in files:
            path = folder / ("-".join(wanted) + ".kv")
            options = options_for(kind, compression)
            if maker == "keyvi":
                peer.compile(kind, rows.rows(name, kind), path, options, MANIFEST)
            else:
                layout = "keyvi" if maker == "keyfold" else maker
                keyfold.compile(kind, rows.rows(name, kind), path, options, "--manifest", MANIFEST, layout=layout)
            files[wanted] = path
        return files[wanted]

    return build


@pytest.fixture(scope="session")
def asked(keyfold, tmp_path_factory):
    """asked(name, kind, entries): a dictionary to be asked: {layout: file}. keyvi has made the file in its layout, the
    others are that file converted. Made once for each name.
    """
    folder = tmp_path_factory.mktemp("asked")
    files = {}

    def build(name, kind, entries):
        if name not in files:
            theirs = peer.compile(kind, entries, folder / f"{name}.kv")
            files[name] = {"keyvi": theirs} | {
                layout: keyfold.convert(theirs, folder / f"{name}-{layout}.kf", layout) for layout in NATIVE
            }
        return files[name]

    return build


@pytest.fixture
def size_table(pytestconfig):
    """Lines of the table of sizes that stands at the end of the output."""
    return pytestconfig.stash[_TABLE]


@pytest.fixture
def rng(request):
    """Random numbers that depend on --seed and the test alone."""
    return random.Random(f"{request.config.getoption('--seed')} {request.node.name}")


@pytest.fixture
def rounds(request):
    """How many random cases to try."""
    return request.config.getoption("--rounds")


def options_for(kind, compression):
    """Compile options by keyvi's names, the same for both tools."""
    options = {"memory_limit_mb": "200"}
    if kind in ("json", "float-vector"):
        options["compression"] = compression
    if kind == "float-vector":
        options["vector_size"] = str(rows.VECTOR_SIZE)
    return options
