//! Runs the binary in a folder of its own.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Every layout in every profile that it has, as `compile` is told.
pub(crate) const LAYOUTS: [&str; 3] = [NATIVE, "--profile small", KEYVI];
pub(crate) const NATIVE: &str = "--profile fast";
pub(crate) const KEYVI: &str = "--format keyvi";

/// A folder for one test, with a layout for the dictionaries compiled in it.
pub(crate) struct Sandbox {
    folder: TempDir,
    layout: &'static str,
}

/// What became of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Sandbox {
    /// One for dictionaries of the default layout.
    pub(crate) fn new() -> Self {
        Self::of("")
    }

    /// One for dictionaries of a layout.
    pub(crate) fn of(layout: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Sandbox { folder, layout }
    }

    /// One for each layout.
    pub(crate) fn of_each_layout() -> impl Iterator<Item = Self> {
        LAYOUTS.into_iter().map(Self::of)
    }

    /// The layout, as `compile` is told.
    pub(crate) fn layout(&self) -> &'static str {
        self.layout
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file; folders in its name are made.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Names of all files, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The binary, to be run in the folder.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyfold"));
        command
            .current_dir(self.folder.path())
            .env("TMPDIR", self.folder.path())
            .env_remove("COLUMNS");
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Compiles a dictionary of the sandbox's layout, with further arguments that blanks part.
    pub(crate) fn compile(&self, arguments: &str) -> Ran {
        self.run(&format!("compile {} {arguments}", self.layout))
    }

    /// Runs with arguments that blanks part.
    pub(crate) fn run(&self, arguments: &str) -> Ran {
        self.run_with(arguments, &[])
    }

    /// Runs with arguments that blanks part, and further ones.
    pub(crate) fn run_with(&self, arguments: &str, more: &[&str]) -> Ran {
        Ran::of(
            self.command()
                .args(arguments.split_whitespace())
                .args(more)
                .output()
                .unwrap(),
        )
    }

    /// Runs with something to read on standard input.
    pub(crate) fn pipe(&self, arguments: &str, input: &[u8]) -> Ran {
        let mut command = self.command();
        let mut child = command
            .args(arguments.split_whitespace())
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        // a run that ends early does not read all of it
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        Ran::of(output)
    }
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        let Output {
            status,
            stdout,
            stderr,
        } = output;
        Ran {
            code: status.code(),
            stdout,
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }

    /// The run went well; its output.
    #[track_caller]
    pub(crate) fn ok(self) -> Vec<u8> {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self.stdout
    }

    /// The run went well; its output, which is text.
    #[track_caller]
    pub(crate) fn text(self) -> String {
        String::from_utf8(self.ok()).unwrap()
    }

    /// The run ended with an error of one line; that line.
    #[track_caller]
    pub(crate) fn error(self) -> String {
        assert_eq!(self.code, Some(2), "{}", self.stderr);
        let last = self.stderr.lines().last().unwrap_or_default();
        assert!(last.starts_with("error: "), "{}", self.stderr);
        last.to_owned()
    }

    /// The last line on standard error.
    #[track_caller]
    pub(crate) fn last_line(&self) -> &str {
        self.stderr.lines().last().unwrap_or_default()
    }
}

/// The kinds of dictionaries, by name.
pub(crate) const KINDS: [&str; 6] = [
    "key-only",
    "int",
    "completion",
    "string",
    "json",
    "float-vector",
];

/// Numbers that look random and are the same every time.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Random(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut n = self.0;
        n = (n ^ (n >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        n = (n ^ (n >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        n ^ (n >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }

    /// Up to `longest` bytes out of `alphabet`.
    pub(crate) fn bytes(&mut self, alphabet: &[u8], longest: usize) -> Vec<u8> {
        (0..self.below(longest + 1))
            .map(|_| alphabet[self.below(alphabet.len())])
            .collect()
    }
}
