//! Sorted rows on their way to whoever builds from them.

use std::marker::PhantomData;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use super::chain::ChainReader;
use super::merge::Merge;
use super::row_block::RowBlock;
use crate::error::{Error, Result};

/// Blocks that may wait to be taken.
const AHEAD: usize = 4;

/// Sorted rows in blocks, merged ahead on a thread of its own.
pub struct Delivery<'a> {
    /// Nothing when all blocks were taken.
    blocks: Option<Receiver<RowBlock>>,
    /// What it dropped.
    merging: Option<JoinHandle<Result<u64>>>,
    duplicates: u64,
    /// Files have one reader at a time.
    runs: PhantomData<&'a mut ()>,
}

impl Delivery<'_> {
    /// Starts to merge into blocks of about `block_bytes`.
    pub(super) fn start(rows: Merge<ChainReader>, block_bytes: usize) -> Result<Self> {
        let (sender, blocks) = sync_channel(AHEAD);
        let merging = thread::Builder::new()
            .name("merge".to_owned())
            .spawn(move || merge(rows, block_bytes, &sender))
            .map_err(|e| Error::io("a thread".as_ref(), e))?;
        Ok(Delivery {
            blocks: Some(blocks),
            merging: Some(merging),
            duplicates: 0,
            runs: PhantomData,
        })
    }

    /// The next rows; nothing at the end. No block is empty.
    pub fn next_block(&mut self) -> Result<Option<RowBlock>> {
        if let Some(block) = self.blocks.as_ref().and_then(|blocks| blocks.recv().ok()) {
            return Ok(Some(block));
        }
        self.blocks = None;
        if let Some(merging) = self.merging.take() {
            self.duplicates = join(merging)?;
        }
        Ok(None)
    }

    /// Rows that were dropped for their key on the way; to be asked at the end.
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }
}

impl Drop for Delivery<'_> {
    fn drop(&mut self) {
        self.blocks = None;
        if let Some(merging) = self.merging.take() {
            // nobody wants its rows, nor its error
            let _unheard = merging.join();
        }
    }
}

/// What a thread gives; a panic goes on here.
pub(super) fn join<T>(thread: JoinHandle<T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn merge(
    mut rows: Merge<ChainReader>,
    block_bytes: usize,
    blocks: &SyncSender<RowBlock>,
) -> Result<u64> {
    let mut more = true;
    let mut room = RowBlock::default();
    while more {
        let mut block = room;
        while block.bytes() < block_bytes {
            more = rows.advance()?;
            if !more {
                break;
            }
            block.push(rows.row());
        }
        room = block.like();
        if !block.is_empty() && blocks.send(block).is_err() {
            break;
        }
    }
    Ok(rows.duplicates())
}
