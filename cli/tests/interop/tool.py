"""Our side: the keyfold binary."""

import base64
import json
import subprocess

from rows import single

# Our layouts in their profiles, and how `compile` and `merge` are asked for them; the first is the default.
LAYOUTS = {"fast": (), "small": ("--profile", "small"), "keyvi": ("--format", "keyvi")}
NATIVE = ("fast", "small")
VECTORS = ("vector", "string-vector")


class Keyfold:
    """Runs the command line; a wrong exit code fails the test with what was printed."""

    def __init__(self, binary, folder):
        self.binary = binary
        self.folder = folder
        self._inputs = 0

    def run(self, *arguments, stdin=b"", code=0, timeout=120):
        """The finished process, output as bytes; None stands for any exit code."""
        command = [self.binary, *map(str, arguments)]
        done = subprocess.run(command, input=stdin, capture_output=True, timeout=timeout, check=False)
        said = done.stderr.decode("utf-8", "replace")
        assert code in (done.returncode, None), f"{command} ended with {done.returncode}, not {code}:\n{said[-2000:]}"
        return done

    def compile(self, kind, rows, path, options=None, *flags, layout="keyvi"):
        """A dictionary of these rows: as TSV where the rows fit, else as JSON lines. Options by keyvi's names."""
        source = self.write_rows(kind, rows)
        return self.build(kind, source, path, options, *flags, layout=layout)

    def build(self, kind, source, path, options=None, *flags, layout="keyvi"):
        """A dictionary from an input file; a vector has no layouts."""
        named = [argument for name, value in (options or {}).items() for argument in ("--option", f"{name}={value}")]
        asked = () if kind in VECTORS else LAYOUTS[layout]
        self.run("compile", *asked, "--kind", kind, "-o", path, *named, *flags, source)
        return path

    def write_rows(self, kind, rows, lined=False):
        """An input file with these rows, as JSON lines if asked for or needed."""
        self._inputs += 1
        plain = not lined and all(_fits(kind, key, value) for key, value in rows)
        path = self.folder / f"input-{self._inputs}.{'tsv' if plain else 'jsonl'}"
        line = _tsv if plain else _json_line
        path.write_bytes(b"".join(line(kind, key, value) for key, value in rows))
        return path

    def dump(self, kind, path):
        """All that keyfold finds in a file: {key: value} as in `rows.held`."""
        entries = [entry(kind, line) for line in lines(self.run("dump", path).stdout)]
        found = dict(entries)
        assert len(found) == len(entries), "dump shows a key twice"
        return found

    def get(self, path, keys, *flags, code=0):
        """What `get` prints for these keys, given on standard input."""
        return self.run("get", path, "-", *flags, stdin=b"".join(key + b"\n" for key in keys), code=code).stdout

    def ask(self, command, path, queries, *flags):
        """What a command finds for queries given on standard input: {query: [its rows]}, all of them text."""
        asked = b"".join(query.encode() + b"\n" for query in queries)
        done = self.run(command, path, "--json", *flags, stdin=asked, code=None)
        found = {query: [] for query in queries}
        for line in lines(done.stdout):
            row = json.loads(line)
            found[row.pop("query")].append(row)
        said = done.stderr.decode("utf-8", "replace")
        assert done.returncode == (0 if all(found.values()) else 1), f"{command} ended with {done.returncode}:\n{said}"
        return found

    def merge(self, inputs, path, *flags):
        """Dictionaries merged by keyfold, the last one winning; into a keyvi file if all of them are."""
        self.run("merge", "-o", path, *flags, *inputs)
        return path

    def convert(self, file, path, layout):
        """The same dictionary in another layout."""
        return self.merge([file], path, *(LAYOUTS[layout] or ("--format", "native")))

    def verify(self, path, code=0):
        """All that `verify` says, in lower case."""
        done = self.run("verify", path, code=code)
        return (done.stdout + done.stderr).decode().lower()


def lines(output):
    """Rows of an output, each without its LF."""
    assert not output or output.endswith(b"\n"), "the last row is not ended"
    return output.split(b"\n")[:-1]


def entry(kind, line):
    """One row of `dump` or `get`: (key, value)."""
    document = _document(line)
    if document is None:
        key, _, text = line.partition(b"\t")
        return key, _parsed(kind, text)
    return _bytes(document, "key"), _member(kind, document)


def value_line(kind, line):
    """One row of a vector's dump."""
    document = _document(line, "value")
    if document is None:
        return json.loads(line) if kind == "vector" else line
    return document["value"] if kind == "vector" else _bytes(document, "value")


def _document(line, name="key"):
    if line[:1] != b"{":
        return None
    try:
        document = json.loads(line)
    except ValueError:
        return None
    return document if name in document or f"{name}_b64" in document else None


def _bytes(document, name):
    if name in document:
        return document[name].encode()
    return base64.b64decode(document[f"{name}_b64"], validate=True)


def _member(kind, document):
    if kind == "key-only":
        return None
    if kind == "string":
        return _bytes(document, "value")
    value = document["value"]
    return single(value) if kind == "float-vector" else value


def _parsed(kind, text):
    if kind == "key-only":
        return None
    if kind in ("int", "completion"):
        return int(text)
    if kind == "json":
        return json.loads(text)
    if kind == "float-vector":
        return single([float(number) for number in text.strip(b"[]").split(b",")])
    return text


def _fits(kind, key, value):
    text = value if isinstance(value, bytes) else b""
    return not (b"\t" in key or b"\n" in key or b"\n" in text or (kind == "key-only" and key[:1] == b"{"))


def _tsv(kind, key, value):
    if kind == "key-only":
        return key + b"\n"
    if kind == "float-vector":
        value = ",".join(map(repr, value)).encode()
    elif not isinstance(value, bytes):
        value = str(value).encode()
    return key + b"\t" + value + b"\n"


def _json_line(kind, key, value):
    members = [_text("key", key)]
    if kind == "json":
        members.append('"value":' + value.decode())
    elif kind == "string":
        members.append(_text("value", value))
    elif value is not None:
        members.append('"value":' + json.dumps(value))
    return ("{" + ",".join(members) + "}\n").encode()


def _text(name, data):
    try:
        return f'"{name}":' + json.dumps(data.decode())
    except UnicodeDecodeError:
        return f'"{name}_b64":"' + base64.b64encode(data).decode() + '"'
