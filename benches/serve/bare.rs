//! The server to compare with: `axum` and a table of bytes, nothing else.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::Uri;
use axum::serve::ListenerExt;
use tokio::runtime::{Builder, Runtime};

/// As many threads as the server that is measured has for its connections.
const THREADS: usize = 2;

type Bodies = Arc<HashMap<String, Bytes>>;

/// Runs until it is dropped.
pub(crate) struct Bare {
    pub(crate) address: SocketAddr,
    _runtime: Runtime,
}

impl Bare {
    /// Serves these bodies at these paths.
    pub(crate) fn start(bodies: HashMap<String, Vec<u8>>) -> Self {
        let bodies: Bodies = Arc::new(bodies.into_iter().map(|(path, body)| (path, body.into())).collect());
        let runtime = Builder::new_multi_thread().worker_threads(THREADS).enable_all().build().expect("threads");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("an address");
        let inside = runtime.enter();
        let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
        let listener = listener.tap_io(|socket| socket.set_nodelay(true).expect("a socket"));
        let router = Router::new().fallback(answer).with_state(bodies);
        runtime.spawn(async move { axum::serve(listener, router).await });
        drop(inside);
        Self { address, _runtime: runtime }
    }
}

async fn answer(State(bodies): State<Bodies>, uri: Uri) -> Bytes {
    bodies.get(uri.path()).cloned().unwrap_or_default()
}
