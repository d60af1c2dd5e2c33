//! Sources in, encoded batches out, in order.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};
use keyfold_compiler::Options;

use super::batch::Batch;
use super::block::{Blocks, rows};
use super::budget::Budget;
use super::form::Form;
use super::row_encoder::{Manner, RowEncoder, Shape};
use crate::input::Source;
use crate::interrupt;

/// Most bytes in flight, and the part of the memory limit that they may have.
const MAX_IN_FLIGHT: usize = 32 << 20;
const IN_FLIGHT_SHARE: usize = 16;
const MIN_IN_FLIGHT: usize = 1 << 20;
/// A block and what becomes of it may take this many times its length.
const BLOCK_COST: usize = 4;
/// Blocks that fit into the budget.
const BLOCKS: usize = 8;
/// How soon an interruption is noted while there is nothing to do.
const PATIENCE: Duration = Duration::from_millis(50);

/// What the pipeline is to do.
pub(crate) struct Settings {
    pub(crate) sources: Vec<Source>,
    /// The form of all sources; nothing: each tells its own.
    pub(crate) form: Option<Form>,
    pub(crate) shape: Shape,
    pub(crate) options: Options,
    /// Threads that encode.
    pub(crate) workers: usize,
    pub(crate) manner: Manner,
}

/// What comes to the caller, numbered so that it can be put in order.
type Numbered = (u64, Message);

enum Message {
    Batch(Box<Batch>),
    Failed(anyhow::Error),
    End,
}

/// Encoded batches as they become ready. Its threads end by themselves when it is dropped.
pub(crate) struct Pipeline {
    ready: Receiver<Numbered>,
    early: BTreeMap<u64, Message>,
    next: u64,
    recycled: Sender<Box<Batch>>,
    budget: Arc<Budget>,
    position: Arc<AtomicU64>,
    keep: usize,
}

impl Pipeline {
    /// Starts reading and encoding.
    pub(crate) fn start(settings: Settings) -> Result<Self> {
        let share = settings.options.memory_limit / IN_FLIGHT_SHARE;
        let in_flight = share.clamp(MIN_IN_FLIGHT, MAX_IN_FLIGHT);
        let block_len = in_flight / (BLOCK_COST * BLOCKS);
        let budget = Arc::new(Budget::new(in_flight));
        let position = Arc::new(AtomicU64::new(0));
        // bounded by the budget alone
        let (ready_in, ready) = unbounded();
        let (recycled, batches) = bounded(BLOCKS);
        let (work_in, work) = unbounded();
        for _ in 0..settings.workers {
            let Settings {
                shape,
                options,
                manner,
                ..
            } = &settings;
            let encoder = RowEncoder::new(shape.clone(), options, *manner);
            spawn(
                "encode",
                encode_all(encoder, work.clone(), ready_in.clone()),
            )?;
        }
        let feed = Feed {
            settings,
            block_len,
            budget,
            position,
            batches,
            work: work_in,
            ready: ready_in,
        };
        let (budget, position) = (feed.budget.clone(), feed.position.clone());
        spawn("read", move || feed.run())?;
        let keep = BLOCK_COST * block_len;
        Ok(Pipeline {
            ready,
            early: BTreeMap::new(),
            next: 0,
            recycled,
            budget,
            position,
            keep,
        })
    }

    /// The next batch; nothing at the end of the input.
    pub(crate) fn next(&mut self) -> Result<Option<Box<Batch>>> {
        let message = loop {
            if let Some(message) = self.early.remove(&self.next) {
                break message;
            }
            interrupt::check()?;
            match self.ready.recv_timeout(PATIENCE) {
                Ok((number, message)) => drop(self.early.insert(number, message)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    bail!("a thread that reads rows ended early")
                }
            }
        };
        self.next += 1;
        match message {
            Message::Batch(batch) => Ok(Some(batch)),
            Message::Failed(e) => Err(e),
            Message::End => Ok(None),
        }
    }

    /// Gives a batch back that has been dealt with.
    pub(crate) fn recycle(&self, mut batch: Box<Batch>) {
        self.budget.give_back(batch.cost);
        batch.reset(self.keep);
        // a full channel has enough of them
        let _enough = self.recycled.try_send(batch);
    }

    /// Bytes read so far, packed as they are.
    pub(crate) fn position(&self) -> u64 {
        self.position.load(Ordering::Relaxed)
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.budget.close();
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<()> {
    // not waited for: one that waits for standard input must not keep the process
    let thread = thread::Builder::new().name(name.to_owned()).spawn(run);
    thread.map(drop).context("a thread cannot be started")
}

/// What a worker does.
fn encode_all(
    mut encoder: RowEncoder,
    work: Receiver<(u64, Box<Batch>)>,
    ready: Sender<Numbered>,
) -> impl FnOnce() + Send {
    move || {
        for (number, mut batch) in work {
            encoder.encode(&mut batch);
            if ready.send((number, Message::Batch(batch))).is_err() {
                return;
            }
        }
    }
}

/// The thread that reads.
struct Feed {
    settings: Settings,
    block_len: usize,
    budget: Arc<Budget>,
    position: Arc<AtomicU64>,
    batches: Receiver<Box<Batch>>,
    work: Sender<(u64, Box<Batch>)>,
    ready: Sender<Numbered>,
}

impl Feed {
    fn run(self) {
        let mut number = 0;
        let mut end = Message::End;
        for (at, source) in self.settings.sources.iter().enumerate() {
            match self.read_source(at, source, &mut number) {
                Ok(true) => {}
                Ok(false) => return,
                Err(e) => {
                    end = Message::Failed(anyhow::Error::new(e).context(source.name()));
                    break;
                }
            }
        }
        // nobody listens any more after an error elsewhere
        let _unheard = self.ready.send((number, end));
    }

    /// Hands out the blocks of a source; false when nobody wants them.
    fn read_source(&self, at: usize, source: &Source, number: &mut u64) -> io::Result<bool> {
        let mut form = self.settings.form.or_else(|| match source {
            Source::Stdin => None,
            Source::File(path) => Form::of_name(path),
        });
        let mut blocks = Blocks::new(source.open(&self.position)?, self.block_len);
        loop {
            let mut batch = self
                .batches
                .try_recv()
                .unwrap_or_else(|_| Box::new(Batch::new(&self.settings.options)));
            if !blocks.next(&mut batch.text)? {
                return Ok(true);
            }
            batch.source = at;
            batch.form = *form.get_or_insert_with(|| {
                let first = rows(&batch.text).next().unwrap_or_default();
                Form::of_first_row(first, self.settings.shape.kind.is_vector())
            });
            batch.cost = BLOCK_COST * batch.text.len();
            if !self.budget.take(batch.cost) || self.work.send((*number, batch)).is_err() {
                return Ok(false);
            }
            *number += 1;
        }
    }
}
