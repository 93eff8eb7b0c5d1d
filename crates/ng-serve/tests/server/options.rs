//! Which levels there are, and which options are refused.

use std::sync::Arc;

use ng_serve::array_core::{Array, ArrayExt, ArrayRef, Block, Grid, MemoryArray};
use ng_serve::{Error, ImageEncoding, Running, ServeOptions, serve};

use crate::arrays::{Scaled, image, one};
use crate::client::get;

fn keys(server: &Running) -> Vec<String> {
    server.info("a").expect("a volume").scales().iter().map(|scale| scale.key().to_owned()).collect()
}

fn refused(array: impl Array + 'static, options: &ServeOptions) -> Error {
    serve(vec![("a".to_owned(), Arc::new(array))], options).expect_err("it is refused")
}

/// Everything 200, at so many times the voxel size.
fn native(shape: [usize; 3], factor: i64) -> ArrayRef {
    let voxels = Block::from(ng_serve::array_core::ndarray::ArrayD::from_elem(shape.to_vec(), 200_u8));
    Arc::new(
        MemoryArray::new("n", voxels.into_array::<u8>().expect("u8"), [8 * factor; 3], [0, 0, 0]).expect("a scale"),
    )
}

#[test]
fn levels_end_where_they_fit_or_cost_too_much() {
    let chunk = ServeOptions::default().with_chunk([8; 3]);
    assert_eq!(keys(&one(image((100, 100, 100)), &chunk)), ["8_8_8", "16_16_16", "32_32_32", "64_64_64"]);
    assert_eq!(keys(&one(image((30, 30, 30)), &chunk)), ["8_8_8", "16_16_16", "32_32_32"]);
    let cheap = chunk.clone().with_cost_limit(64);
    assert_eq!(keys(&one(image((100, 100, 100)), &cheap)), ["8_8_8", "16_16_16", "32_32_32"]);
    assert_eq!(keys(&one(image((100, 100, 100)), &chunk.with_levels(1))), ["8_8_8"]);
}

#[test]
fn scales_of_the_source_come_first_and_cost_nothing() {
    let finest = image((100, 100, 100));
    let strange = native([30, 30, 30], 3);
    let moved = native([25, 25, 25], 4);
    let meta = moved.meta().clone();
    let grid = Grid::new([1, 0, 0].map(Into::into), meta.voxel_size()).expect("a grid");
    let moved_meta = meta.derive(meta.dtype(), meta.axes().clone(), &[], grid, *meta.voxel_box()).expect("metadata");
    let moved = MemoryArray::from_meta(moved_meta, moved.data().expect("voxels")).expect("an array");
    let scales = vec![native([25, 25, 25], 4), Arc::new(moved), strange, native([13, 12, 13], 8)];
    let server = one(Scaled { finest, scales }, &ServeOptions::default().with_chunk([4; 3]).with_cost_limit(8));
    assert_eq!(keys(&server), ["8_8_8", "32_32_32", "64_64_64", "128_128_128"]);
    let info = server.info("a").expect("a volume");
    let shape = |level: usize| info.scales()[level].voxels().shape().to_vec();
    assert_eq!((shape(2), shape(3)), (vec![13, 12, 13], vec![7, 6, 7]), "as many voxels as the source holds");
    for path in ["a/32_32_32/0-4_0-4_0-4", "a/64_64_64/12-13_8-12_12-13", "a/128_128_128/4-7_4-6_4-7"] {
        let chunk = get(&server, path);
        assert_eq!(chunk.status, 200, "{path}");
        assert!(chunk.body.iter().all(|value| *value == 200), "{path} is made of what the source holds");
    }
}

#[test]
fn stated_factors_are_taken_or_refused() {
    let chunk = ServeOptions::default().with_chunk([8; 3]);
    let stated = chunk.clone().with_factors([[1, 1, 1], [1, 3, 3], [2, 3, 9]]);
    assert_eq!(keys(&one(image((50, 50, 50)), &stated)), ["8_8_8", "24_24_8", "72_24_16"]);
    for factors in
        [vec![], vec![[2, 2, 2]], vec![[1; 3], [1; 3]], vec![[1; 3], [2, 2, 2], [3, 3, 3]], vec![[1; 3], [0, 2, 2]]]
    {
        let error = refused(image((50, 50, 50)), &chunk.clone().with_factors(factors.clone()));
        assert!(matches!(&error, Error::Levels { factors_zyx, .. } if *factors_zyx == factors), "{error}");
    }
    let error = refused(image((50, 50, 50)), &chunk.with_factors([[1; 3], [8; 3], [16; 3]]));
    assert!(matches!(error, Error::TooCostly { factors_zyx: [16, 16, 16], chunks: 4096, limit: 512, .. }), "{error}");
}

#[test]
fn options_that_cannot_be_are_refused() {
    let options = ServeOptions::default;
    for wrong in [
        options().with_token(""),
        options().with_token("a/b"),
        options().with_chunk([0, 1, 1]),
        options().with_chunk([256, 256, 257]),
        options().with_chunk([1 << 32, 1 << 32, 1]),
        options().with_workers(0),
        options().with_workers(1 << 20),
        options().with_levels(0),
        options().with_image(ImageEncoding::Jpeg { quality: 0 }),
    ] {
        let error = refused(image((8, 8, 8)), &wrong);
        assert!(matches!(error, Error::BadOption { .. }), "{error}");
    }
    assert!(matches!(refused(image((8, 8, 8)), &options().with_public_url("ftp:/x")), Error::Layer(_)));
    assert!(matches!(serve(Vec::new(), &options()), Err(Error::NothingToServe)));
    let twice = vec![("a".to_owned(), native([2; 3], 1)), ("a".to_owned(), native([2; 3], 1))];
    assert!(matches!(serve(twice, &options()), Err(Error::DuplicateName { .. })));
    let nameless = serve(vec![(String::new(), native([2; 3], 1))], &options());
    assert!(matches!(nameless, Err(Error::Layer(_))));
}
