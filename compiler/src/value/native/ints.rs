//! Integers by ordinal under construction.

use keyfold_reader::format::native::ints::{BLOCK, Directory, Form, MAX_FORMS};

use crate::error::Result;
use crate::spool::Spool;

/// The form that fits any block.
const UNIVERSAL: Form = Form {
    minimum_len: 8,
    classes: 4,
    widths: [16, 32, 48, 64],
};

/// Bits that a form of its own must save a block.
const WORTH_A_FORM: usize = 16;

/// Writes blocks of 64 integers as they come.
pub(crate) struct IntsWriter {
    spool: Spool,
    directory: Directory,
    forms: Vec<Form>,
    /// Integers of the block that is not full yet.
    pending: Vec<u64>,
    len: u64,
    block: Vec<u8>,
}

impl IntsWriter {
    pub(crate) fn new(spool: Spool) -> Self {
        IntsWriter {
            spool,
            directory: Directory::default(),
            forms: Vec::new(),
            pending: Vec::with_capacity(BLOCK),
            len: 0,
            block: Vec::new(),
        }
    }

    /// How many integers there are.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Appends an integer.
    pub(crate) fn push(&mut self, value: u64) -> Result<()> {
        self.pending.push(value);
        self.len += 1;
        if self.pending.len() == BLOCK {
            self.write_block()?;
        }
        Ok(())
    }

    /// The finished array.
    pub(crate) fn finish(mut self) -> Result<Spool> {
        if let Some(&last) = self.pending.last() {
            self.pending.resize(BLOCK, last);
            self.write_block()?;
        }
        let end = self
            .directory
            .finish(self.len, self.spool.len(), &self.forms);
        self.spool.append(&end)?;
        Ok(self.spool)
    }

    fn write_block(&mut self) -> Result<()> {
        let values = self.pending.as_slice().try_into().expect("a full block");
        let lowest = self.pending.iter().copied().min().unwrap_or(0);
        let (index, minimum) = choose(&mut self.forms, values, lowest);
        self.block.clear();
        self.forms[usize::from(index)].write_block(index, values, minimum, &mut self.block);
        self.directory.push(self.spool.len());
        self.spool.append(&self.block)?;
        self.pending.clear();
        Ok(())
    }
}

/// The form for a block and the minimum that it is to have; a new one if that pays.
fn choose(forms: &mut Vec<Form>, values: &[u64; BLOCK], lowest: u64) -> (u8, u64) {
    let from_lowest = Widths::new(values, lowest);
    let from_zero = Widths::new(values, 0);
    let mut best: Option<(usize, usize)> = None;
    for (i, &form) in forms.iter().enumerate() {
        let widths = if form.minimum_len == 0 {
            &from_zero
        } else {
            &from_lowest
        };
        if let Some(cost) = widths.cost(form, lowest)
            && best.is_none_or(|(_, least)| cost < least)
        {
            best = Some((i, cost));
        }
    }
    if forms.len() < MAX_FORMS {
        let (form, cost) = [from_zero.best_form(0), from_lowest.best_form(lowest)]
            .into_iter()
            .min_by_key(|&(_, cost)| cost)
            .expect("one of two");
        if best.is_none_or(|(_, least)| cost + WORTH_A_FORM < least) {
            // the last place is kept for the form that fits whatever comes
            let full = forms.len() == MAX_FORMS - 1;
            best = Some((forms.len(), cost));
            forms.push(if full { UNIVERSAL } else { form });
        }
    }
    let (index, _) = best.expect("a form for any block");
    let minimum = if forms[index].minimum_len == 0 {
        0
    } else {
        lowest
    };
    (u8::try_from(index).expect("256 forms at most"), minimum)
}

/// How wide the distances of a block's integers from a minimum are.
struct Widths {
    /// Per width: how many are not wider.
    up_to: [usize; 65],
}

impl Widths {
    fn new(values: &[u64; BLOCK], minimum: u64) -> Self {
        let mut up_to = [0; 65];
        for value in values {
            up_to[64 - (value - minimum).leading_zeros() as usize] += 1;
        }
        for width in 1..65 {
            up_to[width] += up_to[width - 1];
        }
        Widths { up_to }
    }

    /// Bits of a block in a form, at most; nothing where it does not fit.
    fn cost(&self, form: Form, minimum: u64) -> Option<usize> {
        if minimum_len(minimum) > form.minimum_len && form.minimum_len > 0 {
            return None;
        }
        let mut cost = 8 * usize::from(form.minimum_len) + 64 * usize::from(form.classes / 2);
        let mut below = 0;
        for &width in &form.widths[..usize::from(form.classes)] {
            let up_to = self.up_to[usize::from(width)];
            cost += usize::from(width) * (up_to - below);
            below = up_to;
        }
        (below == BLOCK).then_some(cost)
    }

    /// The form with the fewest bits, and how many that are.
    fn best_form(&self, minimum: u64) -> (Form, usize) {
        // a class is as wide as its widest integer, or else empty: for empty ones there are the least widths
        let mut below = 0;
        let candidates: Vec<u8> = (0..65)
            .filter(|&width| {
                let up_to = self.up_to[usize::from(width)];
                let used = std::mem::replace(&mut below, up_to) < up_to;
                used || (width < 4 && up_to < BLOCK)
            })
            .collect();
        // cheapest[k][i]: bits of all that are not wider than the i-th candidate, in k + 1 classes of which it is the last;
        // with it the candidate before
        let mut cheapest = [[(usize::MAX, 0); 65]; 4];
        for (i, &width) in candidates.iter().enumerate() {
            let width = usize::from(width);
            let up_to = self.up_to[width];
            cheapest[0][i] = (width * up_to, i);
            for k in 1..4 {
                cheapest[k][i] = (0..i)
                    .map(|before| {
                        let more = up_to - self.up_to[usize::from(candidates[before])];
                        let bits = cheapest[k - 1][before].0.saturating_add(width * more);
                        (bits, before)
                    })
                    .min()
                    .unwrap_or((usize::MAX, 0));
            }
        }
        let last = candidates.len() - 1;
        [1, 2, 4]
            .into_iter()
            .filter(|&classes| usize::from(classes) <= candidates.len())
            .map(|classes| {
                let mut widths = [0; 4];
                let mut candidate = last;
                for k in (0..usize::from(classes)).rev() {
                    widths[k] = candidates[candidate];
                    candidate = cheapest[k][candidate].1;
                }
                let form = Form {
                    minimum_len: minimum_len(minimum),
                    classes,
                    widths,
                };
                (form, self.cost(form, minimum).expect("a form that fits"))
            })
            .min_by_key(|&(_, cost)| cost)
            .expect("one of three")
    }
}

/// Bytes of a minimum.
fn minimum_len(minimum: u64) -> u8 {
    8 - u8::try_from(minimum.leading_zeros() / 8).expect("8 at most")
}
