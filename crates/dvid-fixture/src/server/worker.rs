//! The threads of the server: one that accepts, one for each connection.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, BufReader, BufWriter, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::Handler;
use super::log::Log;
use crate::faults::Faults;
use crate::http::{Incoming, Pacer, Request, Response, read_request, send};
use crate::sync::lock;

/// Open connections, and whether there may be new ones.
#[derive(Debug, Default)]
struct Connections {
    stopping: bool,
    next: u64,
    open: HashMap<u64, TcpStream>,
}

/// What all threads of a server share.
pub(super) struct Shared {
    handler: Box<dyn Handler>,
    pub(super) faults: Faults,
    pub(super) log: Log,
    connections: Mutex<Connections>,
    stopped: Condvar,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("faults", &self.faults).finish_non_exhaustive()
    }
}

impl Shared {
    pub(super) fn new(handler: Box<dyn Handler>) -> Self {
        let (faults, log) = (Faults::default(), Log::default());
        Self { handler, faults, log, connections: Mutex::default(), stopped: Condvar::new() }
    }

    /// Ends every connection and wakes every pause; no new connection is served.
    pub(super) fn stop(&self) {
        let mut connections = lock(&self.connections);
        connections.stopping = true;
        for stream in connections.open.values() {
            let _ = stream.shutdown(Shutdown::Both); // an error means that it is closed already
        }
        self.stopped.notify_all();
    }

    /// Notes an open connection; `None` if the server stops.
    fn register(&self, stream: TcpStream) -> Option<u64> {
        let mut connections = lock(&self.connections);
        if connections.stopping {
            return None;
        }
        let id = connections.next;
        connections.next += 1;
        connections.open.insert(id, stream);
        Some(id)
    }

    fn release(&self, id: u64) {
        lock(&self.connections).open.remove(&id);
    }

    /// The handler's answer with the faults that are due.
    fn answer(&self, request: &Request) -> Response {
        self.faults.answer(request, || {
            // The real server, too, answers a panic of a handler with a 500.
            catch_unwind(AssertUnwindSafe(|| self.handler.handle(request))).unwrap_or_else(|panic| {
                let words = panic.downcast_ref::<String>().map(String::as_str);
                let words = words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
                Response::text(500, &format!("Panic detected on request:\n{words}\nURL: {}\n", request.target()))
            })
        })
    }
}

impl Pacer for Shared {
    fn wait(&self, length: Duration) -> io::Result<()> {
        let connections = lock(&self.connections);
        let (connections, _) = self
            .stopped
            .wait_timeout_while(connections, length, |connections| !connections.stopping)
            .unwrap_or_else(PoisonError::into_inner);
        if connections.stopping { Err(io::Error::other("the server stops")) } else { Ok(()) }
    }
}

/// Accepts until the server stops, then joins the threads of the connections.
pub(super) fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut workers: Vec<JoinHandle<()>> = Vec::new();
    loop {
        let Ok((stream, handle)) = listener.accept().and_then(|(stream, _)| Ok((stream.try_clone()?, stream))) else {
            // Out of sockets, or the peer is gone already: neither ends the server.
            if shared.wait(Duration::from_millis(10)).is_err() {
                break;
            }
            continue;
        };
        let Some(id) = shared.register(handle) else { break };
        shared.log.connected();
        workers.retain(|worker| !worker.is_finished());
        let worker = std::thread::Builder::new().name("dvid-fixture connection".to_owned()).spawn({
            let shared = Arc::clone(shared);
            move || {
                // A connection that fails has nobody to report to: the client sees it closed.
                let _ = converse(&stream, &shared);
                let _ = stream.shutdown(Shutdown::Both);
                shared.release(id);
            }
        });
        match worker {
            Ok(worker) => workers.push(worker),
            Err(_) => shared.release(id),
        }
    }
    for worker in workers {
        let _ = worker.join();
    }
}

/// All requests of one connection.
fn converse(stream: &TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut input = BufReader::new(stream);
    let mut out = BufWriter::with_capacity(64 << 10, stream);
    loop {
        match read_request(&mut input, &mut out) {
            Incoming::Closed => return Ok(()),
            Incoming::Refused(refusal) => {
                deliver(&mut out, refusal, false, false, shared)?;
                return Ok(());
            }
            Incoming::Request(request) => {
                let _in_flight = shared.log.begin(&request);
                let response = shared.answer(&request);
                if !deliver(&mut out, response, request.method() == "HEAD", request.keep_alive(), shared)? {
                    return Ok(());
                }
            }
        }
    }
}

/// Sends an answer and everything that is buffered, also when the answer is cut short.
fn deliver(
    out: &mut impl Write,
    response: Response,
    head_only: bool,
    keep_alive: bool,
    shared: &Shared,
) -> io::Result<bool> {
    let sent = send(out, response, head_only, keep_alive, shared);
    out.flush()?;
    sent
}
