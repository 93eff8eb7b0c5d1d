//! Files that are complete or not there.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use facade::array_core::npy;
use facade::prelude::*;
use facade::{Error, Result};

/// Writes beside the file and renames, so that a file of this name is always complete.
///
/// # Errors
/// [`Error::File`].
pub fn write(path: &Path, content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<()> {
    let partial = partial(path);
    let written = || -> io::Result<()> {
        let mut file = BufWriter::new(File::create(&partial)?);
        content(&mut file)?;
        file.into_inner()?.sync_all()?;
        std::fs::rename(&partial, path)
    };
    written().map_err(|error| {
        // The reason for the failure matters more than a left-over that may not even exist.
        let _ = std::fs::remove_file(&partial);
        failed(path, &error)
    })
}

/// Finds out whether the file could be written, and leaves nothing: better before a long read than after it.
///
/// # Errors
/// [`Error::File`].
pub fn probe(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Err(failed(path, &io::Error::from(io::ErrorKind::IsADirectory)));
    }
    write_probe(&partial(path)).map_err(|error| failed(path, &error))
}

fn write_probe(partial: &Path) -> io::Result<()> {
    File::create(partial)?;
    std::fs::remove_file(partial)
}

/// Where the content stands until it is complete.
fn partial(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".partial");
    name.into()
}

/// The error for a file or folder that cannot be written.
pub fn failed(path: &Path, error: &io::Error) -> Error {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    let cure = folder.map(|folder| format!("; make the folder {} first", folder.display())).unwrap_or_default();
    Error::File { task: "write", path: path.display().to_string(), reason: format!("{error}{cure}") }
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
