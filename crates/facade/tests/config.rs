//! Configurations: what is accepted, what is refused, and how the refusal reads.

use facade::prelude::*;
use facade::{Error, NpyConfig, ResampledConfig};

const FULL: &str = r#"{
  "resampled": {
    "source": {
      "crop": {
        "source": {"dvid": {"source": ["emdata:8000", "a1b2", "seg"], "scale": 1, "voxel_size": [4.56, 4, "4/3 nm"]}},
        "roi": {"offset": [0, null, -8], "shape": [91.2, null, 16]},
        "alignment": "grow"
      }
    },
    "name": "coarse",
    "voxel_size": [9.12, 8, "0.008 um"],
    "spec": {"method": "mode", "zeros": "ignore"}
  }
}"#;

fn message(json: &str) -> String {
    let error = ArrayConfig::from_json(json).unwrap_err();
    assert!(matches!(error, Error::Config { .. }), "{error:?}");
    error.to_string()
}

#[test]
fn a_config_is_data() {
    let config = ArrayConfig::from_json(FULL).unwrap();
    let text = config.to_json();
    assert_eq!(ArrayConfig::from_json(&text).unwrap(), config);
    assert!(text.contains("4.56") && text.contains("\"4/3\""), "lengths stay exact: {text}");
}

#[test]
fn floats_come_back_as_they_were() {
    let mut config = ResampledConfig::new(ArrayConfig::Npy(NpyConfig::new("a.npy"))).with_voxel_size([2, 2, 2]);
    for sigma in [0.1 + 0.2, 5e-324, f64::MAX, 1e23] {
        config.spec = Spec::default().with_anti_alias(facade::resample::AntiAlias::Sigma(vec![sigma; 3]));
        let whole = ArrayConfig::Resampled(Box::new(config.clone()));
        assert_eq!(ArrayConfig::from_json(&whole.to_json()).unwrap(), whole);
    }
}

#[test]
fn a_misspelt_field_is_told_with_path_line_and_suggestion() {
    let text = message(&FULL.replace("\"scale\"", "\"scal\""));
    assert!(text.contains("resampled.source.crop.source.dvid"), "{text}");
    assert!(text.contains("line 5"), "{text}");
    assert!(text.contains("did you mean `scale`?"), "{text}");
    let text = message(&FULL.replace("\"crop\"", "\"corp\""));
    assert!(text.contains("did you mean `crop`?") && text.contains("line 4"), "{text}");
    let text = message(&FULL.replace("\"zeros\"", "\"zero\""));
    assert!(text.contains("resampled.spec") && text.contains("did you mean `zeros`?"), "{text}");
}

#[test]
fn other_mistakes_are_told_with_their_place() {
    for (from, to, words) in [
        ("4.56", "4.5600000000000001", &["voxel_size", "15"][..]),
        ("\"4/3 nm\"", "\"4/3 parsec\"", &["voxel_size", "parsec"][..]),
        ("\"a1b2\", \"seg\"", "\"a1b2\"", &["dvid.source"][..]),
        ("\"grow\"", "\"widen\"", &["alignment", "widen"][..]),
        ("91.2, null", "-91.2, null", &["roi"][..]),
    ] {
        let text = message(&FULL.replace(from, to));
        for word in words {
            assert!(text.contains(word), "{to}: {text}");
        }
    }
    assert!(message("{\"npy\": {\"path\": \"a\"}} x").contains("trailing"), "nothing may follow");
    for text in ["[1]", "7", r#"{"npy": {"path": "a"}, "crop": {}}"#] {
        assert!(message(text).contains("one name"), "{}", message(text));
    }
    assert!(message("{\"npy\": ").contains("EOF"), "{}", message("{\"npy\": "));
}

#[test]
fn contradictions_are_told_when_the_config_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.npy");
    let block = Block::zeros(DType::U8, &[4, 4, 4]).unwrap();
    facade::array_core::npy::write(&mut std::fs::File::create(&path).unwrap(), &block.view()).unwrap();
    let npy = ArrayConfig::Npy(NpyConfig::new(&path));

    let nothing = ResampledConfig::new(npy.clone());
    let mut both = ResampledConfig::new(npy.clone()).with_voxel_size([2, 2, 2]);
    both.downsample = Some(vec![2, 2, 2]);
    let mut order = ResampledConfig::new(npy.clone()).with_voxel_size([2, 2, 2]);
    order.interp_order = Some(6);
    for order in 0..=5 {
        let mut config = ResampledConfig::new(npy.clone());
        (config.upsample, config.interp_order) = (Some(vec![2, 1, 1]), Some(order));
        let array = open(&ArrayConfig::Resampled(Box::new(config))).unwrap();
        assert_eq!(array.data().unwrap(), Block::zeros(DType::U8, &[8, 4, 4]).unwrap());
    }
    for (config, word) in [(nothing, "give voxel_size"), (both, "twice"), (order, "interp_order")] {
        let text = open(&ArrayConfig::Resampled(Box::new(config))).unwrap_err().to_string();
        assert!(text.contains(word), "{text}");
    }

    let mut flat = NpyConfig::new(&path);
    flat.voxel_size = Some(Coordinate::from([8, 0, 8]).to_lengths());
    let negative = ResampledConfig::new(npy.clone()).with_voxel_size([8, -8, 8]);
    for config in [ArrayConfig::Npy(flat), ArrayConfig::Resampled(Box::new(negative))] {
        let text = open(&config).unwrap_err().to_string();
        assert!(text.contains("axis y") && text.contains("greater than 0"), "{text}");
    }

    let mut factors = ResampledConfig::new(npy);
    factors.downsample = Some(vec![2, 2, 2]);
    let array = open(&ArrayConfig::Resampled(Box::new(factors))).unwrap();
    assert_eq!(array.voxel_size(), Coordinate::from([2, 2, 2]).to_lengths());
}

#[test]
fn files_are_relative_to_the_config() {
    let folder = tempfile::tempdir().unwrap();
    let block = Block::from(ndarray::arr3(&[[[1_u16, 2]]]).into_dyn());
    facade::array_core::npy::write(&mut std::fs::File::create(folder.path().join("a.npy")).unwrap(), &block.view())
        .unwrap();
    let config = folder.path().join("config.json");
    std::fs::write(&config, r#"{"npy": {"path": "a.npy", "name": "pair", "voxel_size": [25, 9.8, 9.8]}}"#).unwrap();
    let array = open(&ArrayConfig::from_source(config.to_str().unwrap()).unwrap()).unwrap();
    assert_eq!((array.name(), array.data().unwrap()), ("pair", block));
    assert_eq!(array.voxel_size().to_string(), "(25, 9.8, 9.8)");
}

#[test]
#[cfg(not(feature = "dvid"))]
fn a_back_end_that_was_not_built_in_is_named_when_it_is_used() {
    let config = ArrayConfig::from_source("dvid://http://127.0.0.1:1/ab/seg").unwrap();
    assert!(matches!(open(&config), Err(Error::NotBuilt { feature: "dvid", .. })));
}

#[test]
#[cfg(all(feature = "dvid", not(feature = "https")))]
fn https_is_a_feature_of_its_own() {
    let config = ArrayConfig::from_source("dvid://https://127.0.0.1:1/ab/seg").unwrap();
    assert!(matches!(open(&config), Err(Error::NotBuilt { feature: "https", .. })));
}
