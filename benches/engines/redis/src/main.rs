//! A Redis server behind a socket. `build` starts a server of its own, fills it and keeps its snapshot as FILE; for
//! everything else FILE is the socket of a server that `compare` started from that snapshot.

use std::hint::black_box;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use harness::{Access, Engine, Form, Kind, Rows, Session};
use redis::{Connection, cmd, pipe};

/// Rows sent before their answers are read.
const PIPELINE: usize = 10_000;
/// How long a server may take to start and to read its snapshot.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the server listens.
struct Redis(redis::Client);

/// One thread's connection.
struct Client(Connection);

impl Engine for Redis {
    type Session<'e> = Client;

    fn build(rows: &Rows<'_>, _kind: Kind, file: &Path) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let socket = folder.path().join("socket");
        let mut server = serve(&socket, file)?;
        let filled = fill(rows, &socket);
        if filled.is_err() {
            server.kill()?;
        }
        let ended = server.wait()?;
        filled?;
        ensure!(ended.success(), "redis-server ended with {ended}");
        Ok(())
    }

    fn open(socket: &Path, _access: Access) -> Result<Self> {
        let client = redis::Client::open(format!("redis+unix://{}", socket.display()))?;
        let begin = Instant::now();
        loop {
            let answer = client
                .get_connection()
                .and_then(|mut connection| cmd("PING").query::<String>(&mut connection));
            match answer {
                Ok(_) => return Ok(Self(client)),
                Err(error) if begin.elapsed() > PATIENCE => {
                    return Err(error).context("redis-server does not answer");
                }
                Err(_) => sleep(Duration::from_millis(20)),
            }
        }
    }

    fn session(&self) -> Result<Client> {
        Ok(Client(self.0.get_connection()?))
    }
}

/// A server without rows whose snapshot will be `file`.
fn serve(socket: &Path, file: &Path) -> Result<Child> {
    if file.exists() {
        std::fs::remove_file(file)?;
    }
    let folder = std::path::absolute(file)?;
    let folder = folder.parent().context("a file is in a folder")?;
    Command::new("redis-server")
        .args(["--port", "0", "--save", "", "--unixsocket"])
        .arg(socket)
        .arg("--dir")
        .arg(folder)
        .arg("--dbfilename")
        .arg(file.file_name().context("FILE has no name")?)
        .stdout(Stdio::null())
        .spawn()
        .context("cannot start redis-server")
}

fn fill(rows: &Rows<'_>, socket: &Path) -> Result<()> {
    let Client(mut connection) = Redis::open(socket, Access::InMemory)?.session()?;
    for rows in rows.chunks(PIPELINE) {
        let mut commands = pipe();
        for &(key, value) in rows {
            commands.cmd("SET").arg(key).arg(value).ignore();
        }
        commands.query::<()>(&mut connection)?;
    }
    cmd("SAVE").query::<()>(&mut connection)?;
    // There is no answer to this one: the server ends.
    let _closed = cmd("SHUTDOWN").arg("NOSAVE").query::<()>(&mut connection);
    Ok(())
}

impl Session for Client {
    fn get(&mut self, key: &[u8], form: Form, mut take: impl FnMut(&[u8])) -> Result<bool> {
        let value: Option<Vec<u8>> = cmd("GET").arg(key).query(&mut self.0)?;
        match (&value, form) {
            (_, Form::Packed) => bail!("no MessagePack is stored"),
            (Some(value), Form::Text) => take(value),
            _ => _ = black_box(&value),
        }
        Ok(value.is_some())
    }

    fn get_many(&mut self, keys: &[&[u8]]) -> Result<u64> {
        let mut commands = pipe();
        for key in keys {
            commands.cmd("GET").arg(key);
        }
        let values: Vec<Option<Vec<u8>>> = commands.query(&mut self.0)?;
        Ok(black_box(values).iter().flatten().count() as u64)
    }
}

fn main() -> Result<()> {
    harness::run::<Redis>()
}
