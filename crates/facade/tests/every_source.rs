//! An array from a config conforms, under the name that the config gives it, whatever the file holds.

use array_core::testing::{check_array, random_array, random_metas};
use facade::array_core::ArrayExt;
use facade::array_core::npy;
use facade::{ArrayConfig, NpyConfig, open};

#[test]
fn every_array_that_a_config_names_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("array.npy");
    for meta in random_metas().filter(|meta| meta.dims() > 0).take(256) {
        let source = random_array(&meta);
        npy::write(&mut std::fs::File::create(&path).unwrap(), &source.view().view()).unwrap();
        let mut config = NpyConfig::new(&path);
        config.name = Some(format!("{} renamed", meta.name()));
        (config.voxel_size, config.offset) = (Some(meta.voxel_size()), Some(meta.offset()));
        (config.axes, config.kind) = (Some(meta.axes().clone()), Some(meta.kind()));
        // As it is stored beside a result, and read again.
        let text = serde_json::to_string(&ArrayConfig::Npy(config)).unwrap();
        let array = open(&ArrayConfig::from_json(&text).unwrap()).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((array.name(), array.roi()), (&*format!("{} renamed", meta.name()), meta.roi()));
        assert!(array.data().unwrap().same_bits(&source.data().unwrap()), "{text}");
        check_array(&array).unwrap_or_else(|violation| panic!("{text}: {violation}"));
    }
}
