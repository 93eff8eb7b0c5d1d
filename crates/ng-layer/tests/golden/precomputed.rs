//! Volumes: their metadata, the names and bytes of chunks, shards.

use crate::common::golden::{Golden, expect, text};
use crate::common::npy;
use crate::{Failures, three_zyx};
use ng_layer::array_core::{Block, VoxelBox, block_bytes};
use ng_layer::json::Value;
use ng_layer::precomputed::{
    ByteRanges, Encoding, Info, InfoFile, Scale, ShardReader, chunk_name, decode_chunk, encode_chunk, parse_chunk_name,
};
use std::collections::BTreeSet;
use std::ops::Range;

pub(crate) fn volumes(golden: &Golden, entry: &Value, failures: &mut Failures) -> usize {
    let cases = entry.as_array().expect("precomputed is a list");
    for case in cases {
        if let Err(error) = volume(golden, case, failures) {
            failures.push(format!("{}: {error}", text(case, "name")));
        }
    }
    cases.len()
}

fn volume(golden: &Golden, case: &Value, failures: &mut Failures) -> ng_layer::Result<()> {
    let name = text(case, "name");
    let path = text(case, "info");
    let stated = golden.json(path);
    let (file, findings) = InfoFile::read(&stated);
    expect(failures, name, &format!("findings {findings:?}"), findings.is_empty());
    let info = Info::from_json(&stated)?;
    expect(failures, name, "is no volume", file == Some(InfoFile::Volume(info.clone())));
    let written = info.to_json()?;
    expect(failures, name, &format!("info was written as {written}"), holds(&written, &stated));
    expect(failures, name, "info changes when written and read", Info::from_json(&written)? == info);
    let folder = path.trim_end_matches("info.json");
    let chunks = golden.json(text(case, "chunks"));
    for (key, stated) in chunks.as_object().expect("chunks by scale") {
        let scale = info.scale(key).unwrap_or_else(|| panic!("{name}: no scale {key}"));
        let context = Context { golden, name, info: &info, scale, folder: format!("{folder}{key}") };
        match stated.get("chunks") {
            Some(chunks) => {
                context.names(chunks, failures)?;
                context.shards(&stated["files"], failures)?;
            }
            None => context.names(stated, failures)?,
        }
        context.files(failures)?;
    }
    Ok(())
}

/// Whether `whole` says all that `part` says.
fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(key, part)| whole.get(key).is_some_and(|whole| holds(whole, part)))
        }
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part).all(|(whole, part)| holds(whole, part))
        }
        _ => ng_layer::json::same(whole, part),
    }
}

struct Context<'a> {
    golden: &'a Golden,
    name: &'a str,
    info: &'a Info,
    scale: &'a Scale,
    folder: String,
}

impl Context<'_> {
    fn names(&self, stated: &Value, failures: &mut Failures) -> ng_layer::Result<()> {
        let (stated, grid) = (stated.as_object().expect("chunks by name"), self.scale.chunks()?);
        let ours: Vec<String> = grid.iter().map(|(_, chunk)| chunk_name(&chunk)).collect();
        let same = ours.iter().collect::<BTreeSet<_>>() == stated.keys().collect();
        expect(failures, self.name, &format!("chunks are called {ours:?}"), same);
        for (name, stated) in stated {
            let Some((cell, chunk)) = grid.find(name) else {
                failures.push(format!("{}: {name} is not found", self.name));
                continue;
            };
            let shape = self.info.chunk_shape(&chunk)?;
            let fits =
                cell == three_zyx(&stated["grid"]) && shape[1..] == three_zyx(&stated["shape"]).map(|n| n as usize);
            expect(failures, self.name, &format!("{name} is cell {cell:?} of shape {shape:?}"), fits);
            if let (Some(bytes), Encoding::Raw) = (stated.get("bytes"), self.scale.encoding()) {
                let ours = block_bytes(self.info.dtype(), &shape)?;
                expect(failures, self.name, &format!("{name} has {ours} bytes"), *bytes == ours as u64);
            }
        }
        Ok(())
    }

    /// The chunks that are there as files.
    fn files(&self, failures: &mut Failures) -> ng_layer::Result<()> {
        for name in self.golden.files(&self.folder) {
            let Some(name) = name.strip_suffix(".bin").filter(|_| self.scale.sharding().is_none()) else { continue };
            let chunk = parse_chunk_name(name).unwrap_or_else(|| panic!("{name} is no name of a chunk"));
            let bytes = self.golden.bytes(&format!("{}/{name}.bin", self.folder));
            let voxels = npy::czyx(&self.golden.bytes(&format!("{}/{name}.npy", self.folder)));
            let (encoding, shape) = (self.scale.encoding(), self.info.chunk_shape(&chunk)?);
            let decoded = decode_chunk(&bytes, self.info.dtype(), shape, encoding)?;
            expect(failures, self.name, &format!("{name} decodes to other voxels"), alike(&decoded, &voxels, encoding));
            let written = encode_chunk(&voxels.view(), encoding)?;
            expect(
                failures,
                self.name,
                &format!("{name} is written otherwise"),
                *encoding != Encoding::Raw || written == bytes,
            );
            let again = decode_chunk(&written, self.info.dtype(), shape, encoding)?;
            expect(failures, self.name, &format!("{name} is not what was written"), alike(&again, &voxels, encoding));
        }
        Ok(())
    }

    /// All chunks out of the shards, against the whole volume.
    fn shards(&self, files: &Value, failures: &mut Failures) -> ng_layer::Result<()> {
        let sharding = *self.scale.sharding().unwrap_or_else(|| panic!("{}: no sharding", self.name));
        let whole = npy::czyx(&self.golden.bytes(&format!("{}.npy", self.folder)));
        let (grid, mut names) = (self.scale.chunks()?, BTreeSet::new());
        let shards = ShardReader::new(sharding, grid);
        for (cell, chunk) in grid.iter() {
            let location = shards.location(cell)?;
            names.insert(sharding.file_name(location.shard));
            let bytes = shards.read_chunk(self, cell, 1 << 24)?;
            let shape = self.info.chunk_shape(&chunk)?;
            let Some(bytes) = bytes else {
                failures.push(format!("{}: {} is not in its shard", self.name, chunk_name(&chunk)));
                continue;
            };
            let decoded = decode_chunk(&bytes, self.info.dtype(), shape, self.scale.encoding())?;
            let part = whole.view();
            let part = part.slice(&ranges(&chunk, &grid.voxels(), self.info.channels()))?;
            let same = decoded.view() == part;
            expect(failures, self.name, &format!("{} holds other voxels", chunk_name(&chunk)), same);
        }
        let stated: BTreeSet<String> =
            files.as_array().expect("files").iter().map(|file| file.as_str().expect("a name").to_owned()).collect();
        expect(failures, self.name, &format!("shards are called {names:?}"), names == stated);
        Ok(())
    }
}

fn ranges(chunk: &VoxelBox, whole: &VoxelBox, channels: usize) -> Vec<Range<usize>> {
    let voxels = chunk.index_ranges(whole).expect("a chunk is inside");
    std::iter::once(0..channels).chain(voxels).collect()
}

/// JPEG gives back nearly what it got.
fn alike(found: &Block, expected: &Block, encoding: &Encoding) -> bool {
    match (found, expected, encoding) {
        (Block::U8(found), Block::U8(expected), Encoding::Jpeg { .. }) => {
            let off: u64 = found.iter().zip(expected).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            found.shape() == expected.shape() && off < 16 * found.len() as u64
        }
        _ => found.same_bits(expected),
    }
}

impl ByteRanges for Context<'_> {
    fn read(&self, file: &str, range: Range<u64>) -> Result<Option<Vec<u8>>, Box<dyn std::error::Error + Send + Sync>> {
        let bytes = self.golden.bytes(&format!("{}/{file}.bin", self.folder));
        let part = bytes.get(range.start as usize..range.end as usize).ok_or("the file is shorter")?;
        Ok(Some(part.to_vec()))
    }
}
