//! What can go wrong between us and a server, each with what was asked, how often, and what came back.

mod classify;
mod retry;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) use classify::from_status;

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A request that failed: what was asked and how often. Displayed at the end of the error that carries it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Asked {
    /// Method and address without secrets; empty where the bytes did not come over the network.
    pub request: String,
    /// How many times it was sent.
    pub tries: u32,
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tries {
            0 => Ok(()),
            1 => write!(f, " [{}]", self.request),
            tries => write!(f, " [{}, asked {tries} times]", self.request),
        }
    }
}

/// What a server does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Missing {
    /// No version has this UUID, or none starts with this text.
    Uuid,
    /// The repository has no such branch.
    Branch,
    /// The version has no data instance of this name.
    Instance,
    /// There is no region of interest of this name.
    RegionOfInterest,
    /// The key-value instance has no such key.
    Key,
    /// The label instance has no such body or supervoxel.
    Label,
    /// The server does not know the address; often it is not a DVID server.
    Address,
    /// Something else, as the server's words tell.
    Other,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Uuid => "UUID",
            Self::Branch => "branch",
            Self::Instance => "data instance",
            Self::RegionOfInterest => "region of interest",
            Self::Label => "label",
            Self::Key => "key",
            Self::Address => "address on this server",
            Self::Other => "thing",
        })
    }
}

/// Why a volume could not be opened or read. `message` is what the server said, in its own words.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text given as server is not one.
    #[error("`{server}` is not the address of a server: {rule}; write it as host:port or http://host:port/path")]
    BadServer {
        /// The text given.
        server: String,
        /// What is wrong with it.
        rule: &'static str,
    },
    /// An option has a value that cannot be used.
    #[error("option `{option}`: {problem}")]
    BadOption {
        /// Name of the option.
        option: &'static str,
        /// What is wrong with it and what would be right.
        problem: String,
    },
    /// Something is needed that this build does not have.
    #[error("{what} is not built in; enable the feature `{feature}` of dvid-source")]
    NotBuilt {
        /// What is needed.
        what: String,
        /// The feature that has it.
        feature: &'static str,
    },
    /// The server has no such thing (400 or 404).
    #[error("no such {what}: the server says \"{message}\"{asked}")]
    NotFound {
        /// What is missing.
        what: Missing,
        /// The server's words.
        message: String,
        /// The request.
        asked: Asked,
    },
    /// An abbreviated UUID fits several versions.
    #[error("the UUID is not unique, give more of its digits: the server says \"{message}\"{asked}")]
    Ambiguous {
        /// The server's words.
        message: String,
        /// The request.
        asked: Asked,
    },
    /// The server does not accept the request.
    #[error("the server refuses the request ({status}): \"{message}\"{asked}")]
    BadRequest {
        /// HTTP status.
        status: u16,
        /// The server's words.
        message: String,
        /// The request.
        asked: Asked,
    },
    /// The request exceeds the server's limit for one answer.
    #[error("the request is larger than this server allows: \"{message}\"{asked}")]
    TooLarge {
        /// The server's words.
        message: String,
        /// The request.
        asked: Asked,
    },
    /// The version is locked (committed) and cannot be written to.
    #[error("the version is locked: \"{message}\"{asked}")]
    Locked {
        /// The server's words.
        message: String,
        /// The request.
        asked: Asked,
    },
    /// The server runs in read-only mode.
    #[error("the server is read-only: \"{message}\"{asked}")]
    ReadOnly {
        /// The server's words.
        message: String,
        /// The request.
        asked: Asked,
    },
    /// Login or other rights are missing.
    #[error("not allowed ({status}): \"{message}\"; a token goes into the headers of the client options{asked}")]
    Auth {
        /// HTTP status.
        status: u16,
        /// The server's words.
        message: String,
        /// The request.
        asked: Asked,
    },
    /// The server is busy or has blocked the user (503 or 429).
    #[error("the server is busy or refuses this user ({status}): \"{message}\"{asked}")]
    Busy {
        /// HTTP status.
        status: u16,
        /// The server's words.
        message: String,
        /// How long it wants us to wait.
        retry_after: Option<Duration>,
        /// The request.
        asked: Asked,
    },
    /// The server, or a proxy before it, failed (5xx).
    #[error("the server failed ({status}): \"{message}\"{asked}")]
    Server {
        /// HTTP status.
        status: u16,
        /// The server's words.
        message: String,
        /// The request.
        asked: Asked,
    },
    /// The body of a successful answer is damaged.
    #[error("damaged answer at byte {offset}: {problem}{}{asked}", Said(.tail))]
    CorruptStream {
        /// Where, counted from the start of the body.
        offset: u64,
        /// What is wrong there.
        problem: String,
        /// Text that follows there: what a server says when it fails in the middle of an answer.
        tail: Option<String>,
        /// The request.
        asked: Asked,
    },
    /// The body of a successful answer ends too early.
    #[error("the answer is cut short: {got} bytes{}{asked}", OutOf(.want))]
    Truncated {
        /// Bytes that came.
        got: u64,
        /// Bytes that are due, where that is known.
        want: Option<u64>,
        /// The request.
        asked: Asked,
    },
    /// No connection, or it broke, or took too long.
    #[error("{}: {message}{asked}", if *.connecting { "cannot reach the server" } else { "the connection failed" })]
    Transport {
        /// Whether it failed before anything was sent.
        connecting: bool,
        /// What happened.
        message: String,
        /// The request.
        asked: Asked,
    },
    /// A JSON document of the server lacks something or has something else in its place.
    #[error("{document}: {problem}{asked}")]
    BadInfo {
        /// Which document.
        document: String,
        /// The key, what stands there, and what to do.
        problem: String,
        /// The request.
        asked: Asked,
    },
    /// The instance exists but cannot be read as a volume here.
    #[error("data instance `{instance}` {problem}")]
    Unsupported {
        /// Name of the instance.
        instance: String,
        /// What it is, and what can be read.
        problem: String,
    },
    /// The instance has no such scale.
    #[error("data instance `{instance}` has no scale {scale}: {rule}")]
    NoSuchScale {
        /// Name of the instance.
        instance: String,
        /// The scale asked for.
        scale: u8,
        /// Which scales it has, or where coarser data are.
        rule: String,
    },
    /// A scale that the instance claims to have is empty where the finest scale is full of labels.
    #[error(
        "data instance `{instance}` claims scale {scale} but holds nothing of it at voxel {voxel} (z, y, x), where scale \
         0 is full of labels; it was never computed there: read a finer scale"
    )]
    AbsentScale {
        /// Name of the instance.
        instance: String,
        /// The scale.
        scale: u8,
        /// First voxel, at that scale, of what is missing.
        voxel: String,
    },
    /// Each time that a region of an open version was read, something had changed in the meantime.
    #[error(
        "`{instance}` of the open version {uuid} changed each of the {reads} times that it was read; read a locked one"
    )]
    Changed {
        /// Full UUID of the version.
        uuid: String,
        /// Name of the instance.
        instance: String,
        /// How often it was read.
        reads: u32,
    },
    /// The version is open, so its data may change, and the options demand one that is locked.
    #[error("version {uuid} of `{instance}` is not locked; name one that is, or allow open versions in the options")]
    NotLocked {
        /// Full UUID of the version.
        uuid: String,
        /// Name of the instance.
        instance: String,
    },
    /// A recording has no answer to a request.
    #[error("{} has no answer to this request: what was not recorded cannot be replayed{asked}", .folder.display())]
    NotRecorded {
        /// Folder of the recording.
        folder: PathBuf,
        /// The request.
        asked: Asked,
    },
    /// A recording cannot be written or read.
    #[error("the recording {}: {problem}", .path.display())]
    Recording {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A box that cannot be asked for.
    #[error("the box {voxels} cannot be asked for: {rule}")]
    BadBox {
        /// The box, in voxel indices z, y, x.
        voxels: String,
        /// What is wrong with it.
        rule: &'static str,
    },
    /// Arithmetic on coordinates failed.
    #[error(transparent)]
    Geometry(#[from] array_core::coord_roi::Error),
    /// The array could not be described.
    #[error(transparent)]
    Array(#[from] array_core::Error),
    /// The read was cancelled.
    #[error("the read was cancelled")]
    Cancelled,
    /// The read's deadline has passed.
    #[error("the deadline of the read has passed{asked}")]
    DeadlineExceeded {
        /// The request under way, if there was one.
        asked: Asked,
    },
}

struct Said<'a>(&'a Option<String>);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |text| write!(f, "; the server says \"{text}\""))
    }
}

struct OutOf<'a>(&'a Option<u64>);

impl fmt::Display for OutOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |want| write!(f, " of {want}"))
    }
}

/// The request that an error is about, borrowed as the error is: one list of variants for reading and for recording.
macro_rules! asked_of {
    ($error:expr) => {
        match $error {
            Error::NotFound { asked, .. }
            | Error::Ambiguous { asked, .. }
            | Error::BadRequest { asked, .. }
            | Error::TooLarge { asked, .. }
            | Error::Locked { asked, .. }
            | Error::ReadOnly { asked, .. }
            | Error::Auth { asked, .. }
            | Error::Busy { asked, .. }
            | Error::Server { asked, .. }
            | Error::CorruptStream { asked, .. }
            | Error::Truncated { asked, .. }
            | Error::Transport { asked, .. }
            | Error::BadInfo { asked, .. }
            | Error::NotRecorded { asked, .. }
            | Error::DeadlineExceeded { asked } => Some(asked),
            _ => None,
        }
    };
}

impl Error {
    pub(crate) fn corrupt(offset: u64, problem: impl Into<String>) -> Self {
        Self::CorruptStream { offset, problem: problem.into(), tail: None, asked: Asked::default() }
    }

    pub(crate) fn bad_info(document: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::BadInfo { document: document.into(), problem: problem.into(), asked: Asked::default() }
    }

    pub(crate) fn recording(path: &Path, problem: &dyn fmt::Display) -> Self {
        Self::Recording { path: path.to_owned(), problem: problem.to_string() }
    }

    /// What was asked when this went wrong; `None` where the error is not about a request.
    pub fn asked(&self) -> Option<&Asked> {
        asked_of!(self)
    }

    /// Records the request on an error that is about one.
    pub(crate) fn with_asked(mut self, request: &str, tries: u32) -> Self {
        if let Some(asked) = asked_of!(&mut self) {
            *asked = Asked { request: request.to_owned(), tries };
        }
        self
    }
}

/// What a caller of the array trait gets: cancellation by its own name, everything else boxed with its type.
impl From<Error> for array_core::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Cancelled => Self::Cancelled,
            Error::DeadlineExceeded { .. } => Self::DeadlineExceeded,
            Error::Geometry(error) => Self::Geometry(error),
            Error::Array(error) => error,
            error => Self::source_error(error),
        }
    }
}
