//! A resampled array conforms whatever its source is: all ranks, axes anywhere, all dtypes and kinds, any place in the world.

use std::collections::BTreeSet;
use std::sync::Arc;

use array_core::testing::{check_array, check_transfers, random_array, random_metas};
use array_core::{ArrayMeta, ArrayRef, Kind};
use resample::{Error, Extent, Factor, Method, Order, ResampledArray, Spec, WideIntegers};

const CASES: usize = 512;
const FACTORS: [(u32, u32); 6] = [(1, 1), (1, 2), (2, 1), (2, 3), (3, 2), (1, 3)];
/// All that take any factor; those that labels refuse come last.
const METHODS: [Method; 9] = [
    Method::Mode,
    Method::Labels,
    Method::Interpolate(Order::Nearest),
    Method::Mean,
    Method::Interpolate(Order::Linear),
    Method::Interpolate(Order::Quadratic),
    Method::Interpolate(Order::Cubic),
    Method::Interpolate(Order::Quartic),
    Method::Interpolate(Order::Quintic),
];
const WHOLE: [Method; 4] = [Method::Min, Method::Max, Method::Median, Method::Stride];

/// What suits the kind of the source, in turn.
fn spec(kind: Kind, number: usize) -> Spec {
    let any = if kind == Kind::Labels { &METHODS[..3] } else { &METHODS[..] };
    let number_of = number % (any.len() + WHOLE.len());
    let method = any.iter().chain(&WHOLE).nth(number_of).copied().unwrap();
    let extent = if number.is_multiple_of(3) { Extent::Inside } else { Extent::Cover };
    Spec::default().with_method(method).with_extent(extent).with_wide_integers(WideIntegers::ThroughF64)
}

fn factors(meta: &ArrayMeta, method: Method, number: usize) -> Vec<Factor> {
    let factor = |axis| FACTORS[(number / (1 + axis) + 2 * axis) % FACTORS.len()];
    let up = |up| if WHOLE.contains(&method) { 1 } else { up };
    (0..meta.dims()).map(factor).map(|(u, down)| Factor::new(up(u), down).unwrap()).collect()
}

#[test]
fn every_source_resampled_conforms() {
    let (mut checked, mut refused, mut seen) = (0, 0, BTreeSet::new());
    for (number, meta) in random_metas().enumerate() {
        if checked == CASES {
            break;
        }
        let spec = spec(meta.kind(), number);
        let method = spec.method.unwrap();
        let make =
            |source: ArrayRef| ResampledArray::new("other", source, factors(&meta, method, number), spec.clone());
        let source: ArrayRef = Arc::new(random_array(&meta));
        let array = match make(source.clone()) {
            Ok(array) => array,
            Err(Error::NothingInside { .. } | Error::NoneKept { .. }) => {
                refused += 1;
                continue;
            }
            Err(Error::EmptyAxis { axis }) if meta.shape()[axis] == 0 => continue,
            Err(error) => panic!("{}: {error}", meta.name()),
        };
        checked += 1;
        seen.insert(method.to_string());
        check_array(&array).unwrap_or_else(|violation| panic!("{} by {method}: {violation}", meta.name()));
        check_transfers(source, |source| Ok(Arc::new(make(source)?)))
            .unwrap_or_else(|violation| panic!("{} by {method}: {violation}", meta.name()));
    }
    assert!(refused < checked, "{refused} of {} sources were refused", refused + checked);
    assert_eq!(seen.len(), METHODS.len() + WHOLE.len(), "{seen:?}");
}
