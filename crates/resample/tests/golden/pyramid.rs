//! Levels of pyramids as viewers and other software lay them out: `neuroglancer/downsampling_factors.json` and
//! `neuroglancer/pyramid_levels.json`.

use std::io::Write as _;
use std::sync::Arc;

use array_core::{ArrayMeta, Axes, BlockMut, Coordinate, DType, Grid, Length, ReadContext, VoxelBox};
use resample::{IsotropicFactors, Pyramid, Spec};
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Deserialize)]
struct File<C> {
    cases: Vec<C>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Factors {
    size: Vec<u64>,
    voxel_size: Vec<i64>,
    max_downsampling: u64,
    max_downsampled_size: u64,
    isotropic: Vec<Vec<u32>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stack {
    size: Vec<i64>,
    voxel_offset: Vec<i64>,
    levels: Vec<Level>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Level {
    factor: Vec<u32>,
    voxel_offset: Vec<i64>,
    size: Vec<i64>,
}

fn cases<C: DeserializeOwned>(name: &str) -> Vec<C> {
    let path = crate::folder().join("../neuroglancer").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let file: File<C> = serde_json::from_str(&text).expect("every case has a known form");
    assert!(!file.cases.is_empty(), "there is no case");
    writeln!(std::io::stderr(), "golden {name}: {} cases", file.cases.len()).expect("standard error takes a line");
    file.cases
}

/// The package that the lists come from stops by its own rules: at a volume, or at an extent.
#[test]
fn golden_factors_towards_isotropic_voxels() {
    for case in cases::<Factors>("downsampling_factors.json") {
        let sizes = case.voxel_size.iter().map(|&size| Length::from(size)).collect();
        let mut found = Vec::<Vec<u32>>::new();
        for factors in IsotropicFactors::new(sizes).unwrap() {
            let volume = factors.iter().map(|&factor| u64::from(factor)).product::<u64>();
            let large = |(&size, &factor): (&u64, &u32)| size > case.max_downsampled_size * u64::from(factor);
            let goes_on = volume < case.max_downsampling && case.size.iter().zip(&factors).any(large);
            found.push(factors);
            if !goes_on {
                break;
            }
        }
        assert_eq!(found, case.isotropic, "{:?} of {:?}", case.size, case.voxel_size);
    }
}

/// An array of which only the metadata matter.
#[derive(Debug)]
struct Unread(ArrayMeta);

impl array_core::Array for Unread {
    fn meta(&self) -> &ArrayMeta {
        &self.0
    }

    fn read_voxels(&self, _: &VoxelBox, mut out: BlockMut<'_>, _: &ReadContext) -> array_core::Result<()> {
        out.fill_zero();
        Ok(())
    }
}

#[test]
fn golden_levels_at_absolute_voxels() {
    for case in cases::<Stack>("pyramid_levels.json") {
        let box_of = |begin: &[i64], shape: &[i64]| {
            VoxelBox::new(Coordinate::try_from(begin).unwrap(), Coordinate::try_from(shape).unwrap()).unwrap()
        };
        let grid = Grid::with_step([Length::ONE; 3]).unwrap();
        let voxels = box_of(&case.voxel_offset, &case.size);
        let meta = ArrayMeta::new("levels", DType::U8, Axes::zyx(), &[], grid, voxels).unwrap();
        let factors = case.levels.iter().map(|level| level.factor.clone()).collect::<Vec<_>>();
        let pyramid = Pyramid::new(Arc::new(Unread(meta)), &factors, Spec::default()).unwrap();
        for (expected, level) in case.levels.iter().zip(pyramid.levels()) {
            assert_eq!(
                level.meta().voxel_box(),
                &box_of(&expected.voxel_offset, &expected.size),
                "{:?}",
                expected.factor
            );
        }
    }
}
