//! How the program ends when it cannot do what was asked.

use std::process::ExitCode;

use facade::{Error, dvid_source, ng_layer, ng_serve};

/// Exit code of an error: 2 where the request itself cannot be met (configuration, region, options), 1 where the world
/// failed (server, file, network). The command line's own errors are 2 as well.
pub fn code(error: &Error) -> u8 {
    use facade::array_core::Error as ArrayError;
    match error {
        Error::Array(
            ArrayError::Source(_) | ArrayError::BadFile { .. } | ArrayError::Cancelled | ArrayError::DeadlineExceeded,
        )
        | Error::File { .. } => 1,
        Error::Backend(error) if matches!(error.downcast_ref(), Some(dvid_source::Error::BadOption { .. })) => 2,
        Error::Backend(error) if error.is::<ng_serve::Error>() => error.downcast_ref().map_or(1, server_code),
        Error::Backend(error) => match error.downcast_ref::<ng_layer::Error>() {
            None | Some(ng_layer::Error::Array(_)) => 1,
            // What cannot be shown: names, regions, addresses.
            Some(_) => 2,
        },
        _ => 2,
    }
}

/// The same for what keeps a server from starting.
fn server_code(error: &ng_serve::Error) -> u8 {
    use facade::array_core::Error as ArrayError;
    match error {
        ng_serve::Error::Bind { .. }
        | ng_serve::Error::Threads { .. }
        | ng_serve::Error::Layer(ng_layer::Error::Array(_))
        | ng_serve::Error::Array(ArrayError::Source(_)) => 1,
        _ => 2,
    }
}

/// Prints an error with its causes on standard error, each once.
pub fn failed(error: &dyn std::error::Error, code: u8) -> ExitCode {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}\n  because {inner_text}");
        }
        cause = inner.source();
    }
    eprintln!("error: {text}");
    ExitCode::from(code)
}
