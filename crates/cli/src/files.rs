//! Files that are complete or not there.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use facade::array_core::npy;
use facade::prelude::*;
use facade::{Error, Result};

/// Writes beside the file and renames, so that a file of this name is always complete.
///
/// # Errors
/// [`Error::File`].
pub fn write(path: &Path, content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let written = || -> io::Result<()> {
        let mut file = BufWriter::new(File::create(&partial)?);
        content(&mut file)?;
        file.into_inner()?.sync_all()?;
        std::fs::rename(&partial, path)
    };
    written().map_err(|error| {
        // The reason for the failure matters more than a left-over that may not even exist.
        let _ = std::fs::remove_file(&partial);
        Error::File { path: path.display().to_string(), reason: error.to_string() }
    })
}

/// Writes bytes.
///
/// # Errors
/// [`Error::File`].
pub fn write_bytes(path: &Path, bytes: &[u8]) -> Result<()> {
    write(path, |file| file.write_all(bytes))
}

/// Writes voxels as an `.npy` file.
///
/// # Errors
/// [`Error::File`].
pub fn write_npy(path: &Path, block: &Block) -> Result<()> {
    write(path, |file| npy::write(file, &block.view()))
}
