//! The whole job on a small specimen: every file is there, and holds what the specimen holds.

use std::sync::Arc;

use demo::embedded::{Embedded, region};
use demo::job::Job;
use demo::specimen::{Specimen, SpecimenOptions};
use facade::array_core::npy;
use facade::prelude::*;

fn load<T: facade::array_core::Element>(path: &std::path::Path) -> ArrayD<T> {
    npy::parse(&std::fs::read(path).unwrap()).unwrap().into_array().unwrap()
}

#[test]
fn the_job_leaves_arrays_pictures_and_a_link() {
    let options = SpecimenOptions::default().with_shape([40, 64, 72]);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    std::fs::create_dir(&out).unwrap();
    let embedded = Embedded::start(&options, 0).unwrap();
    let (image, labels) = embedded.configs(&out).unwrap();
    let roi = region(&options).unwrap();
    let job = Job { image: Some(image), labels: Some(labels), roi: Some(roi), out: out.clone() };
    let mut log = Vec::new();
    let url = job.run(&mut log).unwrap();
    let log = String::from_utf8(log).unwrap();

    for size in ["coarser", "rational"] {
        for picture in ["image", "labels", "overlay", "panel"] {
            let bytes = std::fs::read(out.join(format!("{picture}-{size}.png"))).unwrap();
            assert!(bytes.starts_with(b"\x89PNG"), "{picture}-{size}");
        }
    }
    // The labels at 12 nm are those of the specimen, resampled without a server in between.
    let Specimen { labels: truth, .. } = Specimen::generate(&options);
    let offset = options.voxel_offset.map(|index| index * SpecimenOptions::VOXEL_SIZE);
    let truth = MemoryArray::new("truth", truth.into_dyn(), [8, 8, 8], offset).unwrap().with_kind(Kind::Labels);
    let size = Coordinate::from([12, 12, 12]).to_lengths();
    let direct = ResampledArray::new("direct", Arc::new(truth), Target::from(size), Spec::default()).unwrap();
    let expected: ArrayD<u64> = direct.read(roi).unwrap();
    assert_eq!(load::<u64>(&out.join("labels-rational.npy")), expected);
    assert_eq!(load::<u8>(&out.join("image-rational.npy")).shape(), expected.shape());

    let state = std::fs::read_to_string(out.join("state.json")).unwrap();
    assert!(state.contains(&format!("dvid://{}/", embedded.url())), "{state}");
    assert!(url.contains("dvid://") && log.contains(&url), "{log}");
    assert!(log.contains("(8, 8, 8) nm -> (12, 12, 12) nm") && log.contains("MB/s"), "{log}");
    // The configs that were written open what was read.
    let again = open(&ArrayConfig::from_file(out.join("labels-rational.json")).unwrap()).unwrap();
    assert_eq!(again.read::<u64>(roi).unwrap(), expected);
}

#[test]
fn one_volume_alone_will_do() {
    let options = SpecimenOptions::default().with_shape([24, 32, 32]);
    let folder = tempfile::tempdir().unwrap();
    let embedded = Embedded::start(&options, 0).unwrap();
    let (_, labels) = embedded.configs(folder.path()).unwrap();
    let job = Job { image: None, labels: Some(labels), roi: None, out: folder.path().join("new") };
    job.run(&mut Vec::new()).unwrap();
    assert!(folder.path().join("new/labels-coarser.png").exists());
    assert!(!folder.path().join("new/image-coarser.png").exists());
}

#[test]
fn what_cannot_be_painted_is_told_by_its_name() {
    let options = SpecimenOptions::default().with_shape([24, 32, 32]);
    let folder = tempfile::tempdir().unwrap();
    let embedded = Embedded::start(&options, 0).unwrap();
    let (image, labels) = embedded.configs(folder.path()).unwrap();
    let fails = |image: Option<&ArrayConfig>, labels: Option<&ArrayConfig>, roi: Option<Roi<Length>>| {
        let job = Job { image: image.cloned(), labels: labels.cloned(), roi, out: folder.path().join("out") };
        job.run(&mut Vec::new()).unwrap_err().to_string()
    };
    let elsewhere = Roi::new([0, 0, 0], [80, 80, 80]).unwrap().into();
    let text = fails(Some(&image), None, Some(elsewhere));
    assert!(text.contains("holds no voxel of array 'grayscale'"), "{text}");
    assert!(!folder.path().join("out/image-coarser.npy").exists(), "nothing is left of a read that gave nothing");
    let text = fails(None, Some(&image), None);
    assert!(text.contains("labels: 'grayscale' holds image"), "{text}");
    let text = fails(Some(&labels), None, None);
    assert!(text.contains("image: 'segmentation' holds labels"), "{text}");
}

#[test]
fn a_region_off_the_grid_grows_and_an_overlay_needs_one_region() {
    let options = SpecimenOptions::default().with_shape([24, 32, 32]);
    let folder = tempfile::tempdir().unwrap();
    let embedded = Embedded::start(&options, 0).unwrap();
    let (image, labels) = embedded.configs(folder.path()).unwrap();
    let ArrayConfig::Dvid(mut coarse) = labels else { panic!("the demo serves a DVID volume") };
    coarse.scale = 1;
    let begin = options.voxel_offset.map(|index| index * SpecimenOptions::VOXEL_SIZE + 47);
    let roi = Roi::new(begin, [90, 90, 90]).unwrap();
    let out = folder.path().join("out");
    let job = Job { image: Some(image), labels: Some(ArrayConfig::Dvid(coarse)), roi: Some(roi.into()), out };
    let mut log = Vec::new();
    job.run(&mut log).unwrap();
    let log = String::from_utf8(log).unwrap();
    assert!(log.contains(&format!("the voxels that {roi} nm touches")), "{log}");
    assert!(log.contains("segmentation, scale 1") && log.contains("grayscale, scale 0"), "{log}");
    assert!(log.contains("no overlay: the image has"), "{log}");
    assert!(!job.out.join("overlay-coarser.png").exists());
}
