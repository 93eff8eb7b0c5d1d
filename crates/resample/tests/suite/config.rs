//! Specifications as data.

use resample::{
    Anchor, AntiAlias, Boundary, Cast, Clip, Extent, Factor, Method, Nans, Order, PartialWindows, Spec, Ties,
    WideIntegers, Zeros,
};

#[test]
fn every_option_has_a_name() {
    let text = r#"{
        "method": {"interpolate": 1}, "anti_alias": {"sigma": [0.5, 0, 0]}, "boundary": {"constant": 7},
        "cast": "truncate", "clip": {"range": [0, 255]}, "zeros": "ignore",
        "wide_integers": "through_f64", "extent": "cover", "anchor": "array"
    }"#;
    let spec = Spec::default()
        .with_method(Method::Interpolate(Order::Linear))
        .with_anti_alias(AntiAlias::Sigma(vec![0.5, 0.0, 0.0]))
        .with_boundary(Boundary::Constant(7.0))
        .with_cast(Cast::Truncate)
        .with_clip(Clip::Range(0.0, 255.0))
        .with_zeros(Zeros::Ignore)
        .with_wide_integers(WideIntegers::ThroughF64)
        .with_extent(Extent::Cover)
        .with_anchor(Anchor::Array);
    assert_eq!(serde_json::from_str::<Spec>(text).unwrap(), spec);
    let written = serde_json::to_string(&spec).unwrap();
    assert_eq!(serde_json::from_str::<Spec>(&written).unwrap(), spec);
}

#[test]
fn windows_have_options_too() {
    let text = r#"{
        "method": "mode", "zeros": "ignore", "ties": "first_x_fastest", "extent": "cover",
        "partial_windows": {"pad": 18446744073709551615}
    }"#;
    let spec = Spec::default()
        .with_method(Method::Mode)
        .with_zeros(Zeros::Ignore)
        .with_ties(Ties::FirstXFastest)
        .with_extent(Extent::Cover)
        .with_partial_windows(PartialWindows::Pad(u64::MAX.into()));
    assert_eq!(serde_json::from_str::<Spec>(text).unwrap(), spec);
    assert_eq!(serde_json::from_str::<Spec>(&serde_json::to_string(&spec).unwrap()).unwrap(), spec);
    for (text, method) in
        [("min", Method::Min), ("max", Method::Max), ("median", Method::Median), ("stride", Method::Stride)]
    {
        assert_eq!(serde_json::from_value::<Method>(text.into()).unwrap(), method);
        assert_eq!(method.to_string(), text);
    }
    let countless = r#"{"ties": "countless_2x2", "nans": "ignore", "partial_windows": "first_voxel"}"#;
    let spec = Spec::default().with_ties(Ties::Countless2x2).with_nans(Nans::Ignore);
    assert_eq!(serde_json::from_str::<Spec>(countless).unwrap(), spec.with_partial_windows(PartialWindows::FirstVoxel));
}

#[test]
fn methods_are_parsed_as_they_are_printed() {
    let orders = Order::ALL.into_iter().map(Method::Interpolate);
    let windows =
        [Method::Mean, Method::Mode, Method::Min, Method::Max, Method::Median, Method::Stride, Method::Labels];
    for method in orders.chain(windows) {
        assert_eq!(method.to_string().parse::<Method>().unwrap(), method);
    }
    assert_eq!("1".parse::<Method>().unwrap(), Method::Interpolate(Order::Linear));
    for text in ["", "medium", "6", "-1", "order 1"] {
        let error = text.parse::<Method>().unwrap_err().to_string();
        assert!(error.contains("choose one of"), "{error}");
    }
}

#[test]
fn nothing_unknown_is_accepted() {
    for text in [
        r#"{"interp_order": 1}"#,
        r#"{"method": "medium"}"#,
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
