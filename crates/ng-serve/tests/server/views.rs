//! Several arrays, and the state, the page and the lines that lead to them.

use std::sync::Arc;

use ng_serve::array_core::{Array, ArrayExt, ArrayRef, Cast, Conversion, DType, MemoryArray, ViewerSource};
use ng_serve::ng_layer::neuroglance::Contrast;
use ng_serve::ng_layer::{StateRef, ViewerState};
use ng_serve::{Error, ServeOptions, serve};

use crate::arrays::{image, labels, one, start};
use crate::client::{get, root};

#[test]
fn every_array_is_served_under_its_name() {
    let names = ["em", "raw em/ä", "<b>&\"", "info", "state.json"];
    let arrays = names.into_iter().enumerate().map(|(number, name)| {
        let side = number + 3;
        (name, Arc::new(image((side, side, side))) as ArrayRef)
    });
    let server = start(arrays.collect(), &ServeOptions::default());
    let paths = ["em", "raw%20em%2F%C3%A4", "%3Cb%3E%26%22", "info", "state.json"];
    for (number, path) in paths.into_iter().enumerate() {
        let side = number + 3;
        let chunk = get(&server, &format!("{path}/8_8_8/0-{side}_0-{side}_0-{side}"));
        assert_eq!((chunk.status, chunk.body.len()), (200, side * side * side), "{path}");
        assert_eq!(get(&server, &format!("{path}/info")).status, 200);
        let url = format!("{}/{path}/|neuroglancer-precomputed:", server.url());
        assert!(get(&server, "state.json").text().contains(&url), "{url}");
    }
    let page = get(&server, "");
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(page.text().contains("&lt;b&gt;&amp;&quot;: uint8") && !page.text().contains("<b>"), "{}", page.text());
    assert!(server.levels("em").is_some() && server.info("nobody").is_none());
}

#[test]
fn the_state_opens_the_arrays_here() {
    let public = image((20, 20, 20));
    let url = "dvid://http://elsewhere:8000/abc/em".to_owned();
    let meta = public.meta().clone().with_viewer_source(ViewerSource::Shown { url, lossy: None });
    let block = public.data().expect("voxels");
    let public = MemoryArray::from_meta(meta, block).expect("an array");
    let wide = Cast::new(Arc::new(image((20, 20, 20))), DType::U16, Conversion::Exact);
    let arrays: Vec<(&str, ArrayRef)> = vec![
        ("em", Arc::new(public)),
        ("wide", Arc::new(wide.expect("a view"))),
        ("cells", Arc::new(labels((20, 20, 20), |z, _, _| z as u64))),
    ];
    let options = ServeOptions::default().with_contrast("wide", Contrast::range(10_u64, 90_u64).expect("a range"));
    let server = start(arrays, &options);
    let state: ViewerState = get(&server, "state.json").text().parse().expect("a state");
    assert_eq!(&state, server.state());
    assert!(!state.validate().iter().any(|finding| finding.severity == ng_serve::ng_layer::Severity::Error));
    let text = get(&server, "state.json").text().to_owned();
    assert!(!text.contains("elsewhere") && text.contains(r#"["10","90"]"#), "{text}");
    let layers: Vec<_> = server.layers().iter().map(|layer| layer.layer.name().expect("a name")).collect();
    assert_eq!(layers, [Some("em".to_owned()), Some("wide".to_owned()), Some("cells".to_owned())]);
    let linked = StateRef::from_url(server.link()).expect("a link").into_inline();
    assert_eq!(linked.as_ref(), Some(server.state()));
}

#[test]
fn a_server_says_how_to_reach_it() {
    let server = one(image((8, 8, 8)), &ServeOptions::default());
    let port = server.address().port();
    assert_eq!(server.ssh_line("ann@node7").expect("a line"), format!("ssh -N -L {port}:127.0.0.1:{port} ann@node7"));
    for host in ["", "-oProxyCommand=x", "a b", "a;b", "$(a)"] {
        assert!(matches!(server.ssh_line(host), Err(Error::BadOption { .. })), "{host}");
    }
    assert_eq!(root(&server).len(), 33, "a random token");
    assert!(!format!("{server:?}").contains(&root(&server)[1..]), "{server:?}");
    let options = ServeOptions::default().with_token("secret_1").with_public_url("https://data.example.org/x/");
    let options = options.with_viewer("https://viewer.example.org");
    let server = one(image((8, 8, 8)), &options);
    assert_eq!(server.url(), "https://data.example.org/x/secret_1");
    assert!(server.link().starts_with("https://viewer.example.org/#!"), "{}", server.link());
    let path = format!("http://{}/secret_1/a/info", server.address());
    assert!(path.starts_with("http://127.0.0.1:"));
}

#[test]
fn an_address_in_use_is_refused() {
    let server = one(image((8, 8, 8)), &ServeOptions::default());
    let options = ServeOptions::default().with_address(server.address());
    let error = serve(vec![("b".to_owned(), Arc::new(image((8, 8, 8))))], &options).expect_err("it is in use");
    assert!(matches!(&error, Error::Bind { address, .. } if *address == server.address()), "{error}");
    let address = server.address();
    server.stop();
    let again = one(image((8, 8, 8)), &ServeOptions::default().with_address(address));
    assert_eq!(again.address(), address);
}
