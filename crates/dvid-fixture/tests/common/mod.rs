//! A client and the golden folder, for the tests of this crate.
#![allow(dead_code, reason = "each test binary uses its own part of this")]

pub(crate) mod decode;
pub(crate) mod jpeg;
pub(crate) mod volume;

use std::path::PathBuf;

use dvid_fixture::Request;
use dvid_fixture::replay::Replay;

/// `…/golden/NAME`, of the folder that `VOXSCOPE_GOLDEN` names or of the repository; a relative name counts from the root
/// of the workspace.
pub(crate) fn golden(name: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.join(std::env::var_os("VOXSCOPE_GOLDEN").unwrap_or_else(|| "testdata/golden".into())).join(name)
}

/// The same of the repository, whatever folder is named.
pub(crate) fn committed(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata/golden").join(name)
}

/// Whether somebody names a folder. It may hold less than ours, but has to be there.
pub(crate) fn is_named() -> bool {
    std::env::var_os("VOXSCOPE_GOLDEN").is_some()
}

/// The recorded answers; `None`, aloud, where a folder that somebody names has none.
pub(crate) fn captures() -> Option<Replay> {
    let folder = golden("dvid");
    if is_named() && !folder.join("cases.json").exists() {
        assert!(golden("").is_dir(), "{} is no folder", golden("").display());
        println!("{} has no cases.json: 0 cases", folder.display());
        return None;
    }
    Some(Replay::open(folder).expect("the captures"))
}

/// What the recorded server held; `None`, aloud, where a folder that somebody names does not tell.
pub(crate) fn dataset() -> Option<serde_json::Value> {
    let path = golden("dvid").join("dataset.json");
    if is_named() && !path.exists() {
        println!("{} does not exist: nothing can be served", path.display());
        return None;
    }
    Some(serde_json::from_slice(&std::fs::read(path).expect("the data set")).expect("JSON"))
}

/// A client that shows statuses, redirects and bodies as they come.
pub(crate) fn client() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .build();
    config.into()
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: ureq::http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("a header in ASCII"))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a body in JSON")
    }
}

/// Sends a request, whatever its verb and body.
pub(crate) fn send(client: &ureq::Agent, base: &str, request: &Request) -> Result<Answer, ureq::Error> {
    let mut builder =
        ureq::http::Request::builder().method(request.method()).uri(format!("{base}{}", request.target()));
    if let Some(range) = request.header("Range") {
        builder = builder.header("Range", range);
    }
    let agent_config = |any| client.configure_request(any).allow_non_standard_methods(true).build();
    let response = if request.body().is_empty() && !matches!(request.method(), "POST" | "PUT") {
        client.run(builder.body(()).expect("a sound request"))?
    } else {
        let request = builder.body(request.body().to_vec()).expect("a sound request");
        client.run(agent_config(request))?
    };
    let (head, body) = response.into_parts();
    let body = body.into_with_config().limit(u64::MAX).read_to_vec()?;
    Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
}

/// A plain GET.
pub(crate) fn get(base: &str, target: &str) -> Answer {
    send(&client(), base, &Request::new("GET", target)).unwrap_or_else(|error| panic!("GET {target}: {error}"))
}
