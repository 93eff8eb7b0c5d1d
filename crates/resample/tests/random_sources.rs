//! A resampled array conforms whatever its source is: all ranks, axes anywhere, all dtypes and kinds, any place in the world.

use std::sync::Arc;

use array_core::testing::{check_array, check_transfers, random_array, random_metas};
use array_core::{ArrayMeta, ArrayRef, Kind};
use resample::{Error, Extent, Factor, Method, Order, ResampledArray, Spec};

const CASES: usize = 256;
const FACTORS: [(u32, u32); 6] = [(1, 1), (1, 2), (2, 1), (2, 3), (3, 2), (1, 3)];

/// What suits the kind of the source, in turn.
fn spec(kind: Kind, number: usize) -> Spec {
    let labels = [Method::Mode, Method::Interpolate(Order::Nearest)];
    let others = [Method::Mean, Method::Interpolate(Order::Linear), Method::Interpolate(Order::Nearest), Method::Mode];
    let method = if kind == Kind::Labels { labels[number % labels.len()] } else { others[number % others.len()] };
    let extent = if number.is_multiple_of(3) { Extent::Cover } else { Extent::Inside };
    Spec::default().with_method(method).with_extent(extent)
}

fn factors(meta: &ArrayMeta, number: usize) -> Vec<Factor> {
    let factor = |axis| FACTORS[(number / (1 + axis) + 2 * axis) % FACTORS.len()];
    (0..meta.dims()).map(factor).map(|(up, down)| Factor::new(up, down).unwrap()).collect()
}

#[test]
fn every_source_resampled_conforms() {
    let (mut checked, mut refused) = (0, 0);
    for (number, meta) in random_metas().filter(|meta| meta.dims() > 0 && !meta.shape().contains(&0)).enumerate() {
        if checked == CASES {
            break;
        }
        let make =
            |source: ArrayRef| ResampledArray::new("other", source, factors(&meta, number), spec(meta.kind(), number));
        let source: ArrayRef = Arc::new(random_array(&meta));
        let array = match make(source.clone()) {
            Ok(array) => array,
            Err(Error::NothingInside { .. } | Error::WideInteger { .. } | Error::NotWhole { .. }) => {
                refused += 1;
                continue;
            }
            Err(error) => panic!("{}: {error}", meta.name()),
        };
        checked += 1;
        check_array(&array).unwrap_or_else(|violation| panic!("{}: {violation}", meta.name()));
        check_transfers(source, |source| Ok(Arc::new(make(source)?)))
            .unwrap_or_else(|violation| panic!("{}: {violation}", meta.name()));
    }
    assert!(refused < checked, "{refused} of {} sources were refused", refused + checked);
}
