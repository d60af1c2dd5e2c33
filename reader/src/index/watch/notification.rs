//! What the system tells of changes to folders.

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) use self::inotify::Notification;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) use self::none::Notification;

#[cfg(any(target_os = "linux", target_os = "android"))]
mod inotify {
    //! Of Linux. It is asked for renames alone, by which tables of contents appear: a general library for notification would
    //! wake up a reader at each write to the log.

    use std::path::PathBuf;
    use std::time::Duration;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::fd::OwnedFd;
    use rustix::fs::inotify;
    use rustix::io::read;

    /// Tells of files that were renamed into folders.
    #[derive(Debug)]
    pub(in crate::index::watch) struct Notification(OwnedFd);

    impl Notification {
        /// Of these folders; nothing if the system refuses.
        pub(in crate::index::watch) fn of(folders: &[PathBuf]) -> Option<Self> {
            let flags = inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK;
            let queue = inotify::init(flags).ok()?;
            for folder in folders {
                let events = inotify::WatchFlags::MOVED_TO | inotify::WatchFlags::ONLYDIR;
                inotify::add_watch(&queue, folder, events).ok()?;
            }
            Some(Notification(queue))
        }

        /// Waits so long at most; whether there was something.
        pub(in crate::index::watch) fn wait(&self, longest: Duration) -> bool {
            let mut queue = [PollFd::new(&self.0, PollFlags::IN)];
            let longest = Timespec::try_from(longest).ok();
            let told = poll(&mut queue, longest.as_ref());
            if told.is_err() || queue[0].revents().is_empty() {
                return false;
            }
            // which file it was does not matter
            let mut events = [0; 4096];
            while read(&self.0, &mut events).is_ok_and(|bytes| bytes > 0) {}
            true
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod none {
    use std::path::PathBuf;
    use std::time::Duration;

    /// Of no system.
    #[derive(Debug)]
    pub(in crate::index::watch) enum Notification {}

    impl Notification {
        pub(in crate::index::watch) fn of(_: &[PathBuf]) -> Option<Self> {
            None
        }

        pub(in crate::index::watch) fn wait(&self, _: Duration) -> bool {
            match *self {}
        }
    }
}
