use std::collections::BTreeSet;

use rayon::ThreadPoolBuilder;

use super::*;

fn small() -> Specimen {
    Specimen::generate(&SpecimenOptions::default().with_shape([24, 80, 96]))
}

/// FNV-1a, so that a test can hold a whole volume in one number.
fn checksum(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn it_is_the_same_on_every_machine_and_with_any_number_of_threads() {
    let specimen = small();
    let alone = ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(small);
    assert_eq!(specimen, alone);
    // Whoever changes the specimen on purpose changes these, and the pictures in the README with them.
    assert_eq!(checksum(specimen.image.iter().copied()), IMAGE);
    assert_eq!(checksum(specimen.labels.iter().flat_map(|label| label.to_le_bytes())), LABELS);
}

const IMAGE: u64 = 0xc9b3_e967_09c4_60dc;
const LABELS: u64 = 0x5265_6d80_d60d_22cb;

#[test]
fn another_seed_gives_another_specimen() {
    let options = SpecimenOptions::default().with_shape([4, 32, 32]);
    assert_ne!(Specimen::generate(&options), Specimen::generate(&options.with_seed(9)));
}

#[test]
fn labels_are_many_and_a_float_would_damage_them() {
    let labels: BTreeSet<u64> = small().labels.iter().copied().filter(|&label| label != 0).collect();
    assert!(labels.len() > 10, "{} cells", labels.len());
    assert!(labels.iter().all(|label| (LOWEST_LABEL..2 * LOWEST_LABEL).contains(label)));
    let damaged = labels.iter().filter(|&&label| label as f64 as u64 != label).count();
    assert!(damaged > 0 && damaged < labels.len(), "{damaged} of {}", labels.len());
}

#[test]
fn cells_fill_space_but_for_small_pockets() {
    let labels = small().labels;
    let empty = labels.iter().filter(|&&label| label == 0).count() as f64 / labels.len() as f64;
    assert!((0.001..0.1).contains(&empty), "{empty}");
}

#[test]
fn borders_of_cells_are_dark() {
    let Specimen { image, labels } = small();
    let mean = |wanted: bool| {
        let pairs = labels.indexed_iter().filter(|((_, _, x), _)| *x > 0);
        let chosen = pairs.filter(|((z, y, x), label)| {
            let other = labels[[*z, *y, x - 1]];
            (other != **label && other != 0 && **label != 0) == wanted
        });
        let (sum, count) = chosen.fold((0.0, 0.0), |(sum, count), (at, _)| (sum + f64::from(image[at]), count + 1.0));
        sum / count
    };
    let (border, rest) = (mean(true), mean(false));
    assert!(border + 50.0 < rest, "{border} {rest}");
}

#[test]
fn sections_differ_in_brightness_but_little() {
    let image = small().image;
    let means: Vec<f64> =
        image.outer_iter().map(|plane| plane.iter().map(|&v| f64::from(v)).sum::<f64>() / plane.len() as f64).collect();
    let steps: Vec<f64> = means.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    assert!(steps.iter().any(|&step| step > 0.5) && steps.iter().all(|&step| step < 12.0), "{steps:?}");
}
