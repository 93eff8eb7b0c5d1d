//! A file that is read and written by position.

use std::fs::File;
use std::io;
#[cfg(not(unix))]
use std::sync::{Mutex, PoisonError};

/// Reads and writes that do not meet. On Unix they run side by side; elsewhere position and transfer belong together, hence
/// the lock, which a panic cannot harm but in its position.
#[derive(Debug)]
pub(super) struct PositionedFile {
    #[cfg(unix)]
    file: File,
    #[cfg(not(unix))]
    file: Mutex<File>,
}

#[cfg(unix)]
impl PositionedFile {
    pub(super) fn new(file: File) -> Self {
        Self { file }
    }

    pub(super) fn read_at(&self, bytes: &mut [u8], position: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.file, bytes, position)
    }

    pub(super) fn write_at(&self, bytes: &[u8], position: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::write_all_at(&self.file, bytes, position)
    }
}

#[cfg(not(unix))]
impl PositionedFile {
    pub(super) fn new(file: File) -> Self {
        Self { file: Mutex::new(file) }
    }

    pub(super) fn read_at(&self, bytes: &mut [u8], position: u64) -> io::Result<()> {
        use io::{Read, Seek};
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(io::SeekFrom::Start(position))?;
        file.read_exact(bytes)
    }

    pub(super) fn write_at(&self, bytes: &[u8], position: u64) -> io::Result<()> {
        use io::{Seek, Write};
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(io::SeekFrom::Start(position))?;
        file.write_all(bytes)
    }
}
