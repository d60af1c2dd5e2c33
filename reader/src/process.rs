//! The process that something was opened in.

#[cfg(target_os = "linux")]
use memmap2::MmapMut;

/// A process, to find out later whether this is still the same one or one that was forked off. To ask costs a system call only where the
/// system does not help.
#[derive(Debug)]
pub struct Process {
    id: u32,
    /// Memory that is not zero here, and zero in a process that was forked off.
    #[cfg(target_os = "linux")]
    mark: Option<MmapMut>,
}

impl Process {
    /// The process that runs.
    pub fn current() -> Self {
        Process {
            id: std::process::id(),
            #[cfg(target_os = "linux")]
            mark: mark(),
        }
    }

    /// Whether it is the process that runs.
    #[inline]
    pub fn is_current(&self) -> bool {
        #[cfg(target_os = "linux")]
        if let Some(mark) = &self.mark {
            return mark[0] != 0;
        }
        std::process::id() == self.id
    }
}

#[cfg(target_os = "linux")]
fn mark() -> Option<MmapMut> {
    let mut mark = crate::mmap::wiped_on_fork().ok()?;
    mark[0] = 1;
    Some(mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_the_current_one() {
        assert!(Process::current().is_current());
    }
}
