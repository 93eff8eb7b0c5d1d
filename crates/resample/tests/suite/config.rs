//! Specifications as data.

use resample::{Anchor, AntiAlias, Boundary, Cast, Extent, Factor, Method, Order, Spec, WideIntegers, Zeros};

#[test]
fn every_option_has_a_name() {
    let text = r#"{
        "method": {"interpolate": 1}, "anti_alias": {"sigma": [0.5, 0, 0]}, "boundary": {"constant": 7},
        "cast": "truncate", "zeros": "ignore", "wide_integers": "through_f64", "extent": "cover", "anchor": "array"
    }"#;
    let spec = Spec::default()
        .with_method(Method::Interpolate(Order::Linear))
        .with_anti_alias(AntiAlias::Sigma(vec![0.5, 0.0, 0.0]))
        .with_boundary(Boundary::Constant(7.0))
        .with_cast(Cast::Truncate)
        .with_zeros(Zeros::Ignore)
        .with_wide_integers(WideIntegers::ThroughF64)
        .with_extent(Extent::Cover)
        .with_anchor(Anchor::Array);
    assert_eq!(serde_json::from_str::<Spec>(text).unwrap(), spec);
    let written = serde_json::to_string(&spec).unwrap();
    assert_eq!(serde_json::from_str::<Spec>(&written).unwrap(), spec);
}

#[test]
fn nothing_unknown_is_accepted() {
    for text in [
        r#"{"interp_order": 1}"#,
        r#"{"method": "median"}"#,
        r#"{"method": {"interpolate": 6}}"#,
        r#"{"boundary": "reflect"}"#,
        r#"{"cast": "none"}"#,
    ] {
        assert!(serde_json::from_str::<Spec>(text).is_err(), "{text}");
    }
}

#[test]
fn factors_are_fractions_in_text() {
    let factors: Vec<Factor> = serde_json::from_str(r#"["1/2", 3, "4/6"]"#).unwrap();
    assert_eq!(serde_json::to_string(&factors).unwrap(), r#"["1/2","3","2/3"]"#);
}
