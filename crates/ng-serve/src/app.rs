//! What all requests share: the volumes, the caches, the loads under way.

use std::sync::Arc;
use std::time::Instant;

use array_core::{BlockCache, Cache, Lookup, ReadContext, VoxelBox};

use crate::content::Content;
use crate::failure::Failure;
use crate::jobs::{ChunkKey, Jobs, Outcome};
use crate::route::Route;
use crate::stats::{Counter, Counters, ServerStats};
use crate::viewer::Viewer;
use crate::volume::Volume;

/// Everything that a request needs.
pub(crate) struct App {
    pub(crate) token: String,
    pub(crate) volumes: Vec<Volume>,
    pub(crate) index: Content,
    pub(crate) state: Content,
    pub(crate) viewer: Option<Viewer>,
    pub(crate) jobs: Arc<Jobs>,
    pub(crate) chunks: Cache<ChunkKey, Content>,
    pub(crate) voxels: Arc<BlockCache>,
    pub(crate) counters: Counters,
}

impl App {
    /// The body of a path.
    pub(crate) async fn find(self: &Arc<Self>, path: &str) -> Result<Content, Failure> {
        let nowhere = || Failure::not_found("there is nothing here");
        match Route::of(path, &self.token).ok_or_else(nowhere)? {
            Route::Index => Ok(self.index.clone()),
            Route::State => Ok(self.state.clone()),
            Route::Info(name) => Ok(self.volumes[self.volume(&name)?].info_file().clone()),
            Route::Chunk(name, key, chunk) => {
                let (key, chunk) = self.chunk_key(&name, &key, &chunk)?;
                self.chunk(key, chunk).await
            }
        }
    }

    fn volume(&self, name: &str) -> Result<usize, Failure> {
        let found = self.volumes.iter().position(|volume| volume.name() == name);
        found.ok_or_else(|| Failure::not_found(format!("there is no volume '{name}'")))
    }

    /// Only chunks of the grid exist: nobody can make the server compute other regions.
    fn chunk_key(&self, name: &str, key: &str, chunk: &str) -> Result<(ChunkKey, VoxelBox), Failure> {
        let number = self.volume(name)?;
        let volume = &self.volumes[number];
        let no_level = || Failure::not_found(format!("'{name}' has no scale '{key}'"));
        let level = volume.level(key).ok_or_else(no_level)?;
        let no_chunk = || Failure::not_found(format!("'{chunk}' is no chunk of scale '{key}' of '{name}'"));
        let (cell_zyx, voxels) = volume.levels()[level].grid().find(chunk).ok_or_else(no_chunk)?;
        Ok((ChunkKey { volume: number, level, cell_zyx }, voxels))
    }

    async fn chunk(self: &Arc<Self>, key: ChunkKey, voxels: VoxelBox) -> Outcome {
        let mut interest = Interest { abandoned: Some(&self.counters.abandoned) };
        let outcome = if let Some(content) = self.cached(&key) {
            Ok(content)
        } else {
            let app = Arc::clone(self);
            self.jobs.fetch(key, &self.counters.joined, move |cx| app.load(key, &voxels, cx)).await
        };
        interest.abandoned = None;
        self.counters.chunks.add(u64::from(outcome.is_ok()));
        outcome
    }

    /// Counts a hit where it is one; a miss is for the load to count.
    fn cached(&self, key: &ChunkKey) -> Option<Content> {
        if self.chunks.contains(key) { self.chunks.get(key) } else { None }
    }

    fn load(&self, key: ChunkKey, voxels: &VoxelBox, cx: &ReadContext) -> Outcome {
        loop {
            match self.chunks.lookup(&key) {
                Lookup::Found(content) => return Ok(content),
                Lookup::Missing(loading) => {
                    let began = Instant::now();
                    let content = self.volumes[key.volume].levels()[key.level].load(voxels, cx);
                    self.counters.reading_ns.add(began.elapsed().as_nanos() as u64);
                    return content.map(|content| loading.fulfil(content));
                }
                // A load that was given up and has not noticed yet.
                Lookup::InFlight(pending) => {
                    if let Some(content) = pending.wait(cx)? {
                        return Ok(content);
                    }
                }
            }
        }
    }

    /// Forgets what was read. In this order nothing is kept that was made of what is forgotten.
    pub(crate) fn forget(&self) {
        self.voxels.clear();
        self.jobs.forget_all();
        self.chunks.clear();
    }

    pub(crate) fn stats(&self) -> ServerStats {
        self.counters.with_caches(self.chunks.stats(), self.voxels.stats())
    }
}

/// Counts those who went away before they had an answer.
struct Interest<'a> {
    abandoned: Option<&'a Counter>,
}

impl Drop for Interest<'_> {
    fn drop(&mut self) {
        if let Some(abandoned) = self.abandoned {
            abandoned.add(1);
        }
    }
}
