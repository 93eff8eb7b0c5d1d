//! Whatever a server serves conforms: images and label maps of random sizes, at random places, with random blocks.

use std::sync::Arc;

use array_core::testing::{check_array, random_array, random_metas};
use array_core::{Array, ArrayExt, ArrayMeta, ArrayRef, Axes, AxisKind, DType, Grid, ReadContext, Result};
use dvid_fixture::FixtureServer;
use dvid_fixture::serve::{DvidService, ServeOptions};
use dvid_source::{DvidArray, DvidClient, DvidOptions};

const ROOT: &str = "d51d0000c0de4f00a5a5000000000001";
const BLOCKS: [u32; 3] = [16, 32, 64];

/// Volumes as a server can have them: three axes of space, indices of 32 bits, counted from the origin.
fn volumes() -> impl Iterator<Item = ArrayMeta> {
    let served = |meta: &ArrayMeta| {
        let space = meta.rank() == 3 && meta.axes().iter().all(|axis| axis.kind == AxisKind::Space);
        let near = meta.voxel_box().begin().iter().all(|begin| begin.abs() < 1 << 20);
        // Voxel sizes are decimals there, of 32 bits.
        let decimal =
            meta.voxel_size().iter().all(|step| !step.to_string().contains('/') && step.to_string().len() < 7);
        space && near && decimal && !meta.voxel_box().is_empty()
    };
    random_metas().filter(served)
}

fn stored(meta: &ArrayMeta, dtype: DType) -> Result<ArrayRef> {
    let grid = Grid::with_step(meta.voxel_size())?;
    Ok(Arc::new(random_array(&meta.derive(dtype, Axes::zyx(), &[], grid, *meta.voxel_box())?)))
}

#[test]
fn every_volume_on_a_server_conforms() {
    for (number, meta) in volumes().take(256).enumerate() {
        let (image, labels) = (stored(&meta, DType::U8).unwrap(), stored(&meta, DType::U64).unwrap());
        let block = [0, 1, 2].map(|axis| BLOCKS[(number / (1 + axis)) % BLOCKS.len()]);
        let options = ServeOptions::default().with_names("gray", "seg").with_block_zyx(block);
        let service = DvidService::new(Some(image.clone()), Some(labels.clone()), &options).unwrap();
        let server = FixtureServer::start(service).unwrap();
        let client = DvidClient::new(&server.url()).unwrap();
        let (instance, truth) = if number.is_multiple_of(2) { ("gray", image) } else { ("seg", labels) };
        let array = DvidArray::open(&client, ROOT, instance, &DvidOptions::default()).unwrap();
        assert_eq!(array.meta().grid(), truth.meta().grid(), "{}", meta.name());
        let read = array.read_box(truth.meta().voxel_box(), &ReadContext::default()).unwrap();
        assert!(read.same_bits(&truth.data().unwrap()), "{}", meta.name());
        check_array(&array).unwrap_or_else(|violation| panic!("{}: {violation}", meta.name()));
    }
}
