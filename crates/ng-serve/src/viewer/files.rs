//! The files of a client that was built for browsers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::{fs, io};

use super::nowhere;
use crate::content::{Content, Gzip};
use crate::failure::Failure;
use crate::{Error, Result};

/// The page itself.
const PAGE: &str = "index.html";
/// Of a built client there are dozens of files; whoever names a home directory should not wait for its end.
const MOST: usize = 10_000;

/// The files that a folder had when the server was started, by the names that requests have for them. A request is looked up
/// in this list and nowhere else: no path of a browser ever meets the file system.
pub(super) struct Files {
    by_name: BTreeMap<String, Arc<File>>,
}

struct File {
    path: PathBuf,
    media_type: &'static str,
    /// Read once, by whoever asks first.
    content: OnceLock<Content>,
}

impl Files {
    /// The files in a folder and in the folders below, except those that lead out of it.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        let failed = |reason: String| Error::NoViewer { folder: folder.display().to_string(), reason };
        let root = folder.canonicalize().map_err(|error| failed(error.to_string()))?;
        if !root.join(PAGE).is_file() {
            return Err(failed(format!("there is no {PAGE} in it")));
        }
        let mut by_name = BTreeMap::new();
        collect(&root, &root, "", &mut by_name).map_err(|error| failed(error.to_string()))?;
        Ok(Self { by_name })
    }

    /// The content of a file; the empty name is that of the page.
    pub(super) async fn find(&self, name: &str) -> Result<Content, Failure> {
        let name = if name.is_empty() { PAGE } else { name };
        let file = self.by_name.get(name).ok_or_else(nowhere)?;
        if let Some(content) = file.content.get() {
            return Ok(content.clone());
        }
        let file = Arc::clone(file);
        tokio::task::spawn_blocking(move || file.read()).await.unwrap_or_else(|panic| Err(Failure::broken(&panic)))
    }
}

impl File {
    fn read(&self) -> Result<Content, Failure> {
        let unreadable = |error: io::Error| {
            let status = axum::http::StatusCode::INTERNAL_SERVER_ERROR;
            Failure::new(status, format!("a file of the viewer cannot be read: {error}"))
        };
        let bytes = fs::read(&self.path).map_err(unreadable)?;
        Ok(self.content.get_or_init(|| Content::new(bytes, self.media_type, Gzip::IfItPays)).clone())
    }
}

/// Links to files inside of the root are files of their own; links to folders, which may lead in circles, are left out.
fn collect(root: &Path, folder: &Path, prefix: &str, found: &mut BTreeMap<String, Arc<File>>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        let Some(name) = name.to_str().map(|name| format!("{prefix}{name}")) else { continue };
        if path.is_dir() {
            if !path.is_symlink() {
                collect(root, &path, &format!("{name}/"), found)?;
            }
        } else if path.canonicalize().is_ok_and(|real| real.starts_with(root) && real.is_file()) {
            if found.len() == MOST {
                return Err(io::Error::other(format!("it holds more than {MOST} files")));
            }
            let media_type = media_type(&path);
            found.insert(name, Arc::new(File { path, media_type, content: OnceLock::new() }));
        }
    }
    Ok(())
}

/// By the extension; browsers run scripts and `WebAssembly` only under their own types.
fn media_type(path: &Path) -> &'static str {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or("").to_ascii_lowercase();
    match extension.as_str() {
        "html" | "htm" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "wasm" => "application/wasm",
        "txt" | "md" => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff" => "font/woff",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}
