//! What a fault does to an answer.

use super::Fault;
use crate::http::{Body, Closing, Framing, Moment, Pause, Response};

/// The answer of a fault that needs no handler.
pub(super) fn instead(fault: &Fault) -> Option<Response> {
    Some(match fault {
        Fault::Drop => {
            let mut response = Response::new(500);
            response.delivery.unanswered = true;
            response
        }
        Fault::Throttled => Response::text(503, "Server already running 1 throttled operations (max = 1)\n"),
        Fault::RetryAfter { seconds } => {
            Response::text(503, "Service Unavailable").with_header("Retry-After", seconds.to_string())
        }
        Fault::Proxy { status } => {
            let page = format!("<html>\r\n<head><title>{status}</title></head>\r\n<body>proxy</body>\r\n</html>\r\n");
            Response::new(*status).with_header("Content-Type", "text/html").with_body(page)
        }
        _ => return None,
    })
}

/// The handler's answer, damaged; a 500 that says why if the fault cannot act on it.
pub(super) fn damage(fault: &Fault, response: Response) -> Response {
    try_damage(fault, response)
        .unwrap_or_else(|why| Response::text(500, &format!("fixture: {fault:?} cannot act: {why}")))
}

fn try_damage(fault: &Fault, mut response: Response) -> Result<Response, String> {
    let mut bytes = response.body.collect().map_err(|error| error.to_string())?;
    let length = bytes.len() as u64;
    edit(fault, &mut bytes)?;
    response.body = Body::Bytes(bytes);
    match fault {
        Fault::CutBody { after } => {
            inside(*after, length)?;
            response.delivery.cut_after = Some(*after);
        }
        Fault::DeclareLength(declared) => {
            if *declared == length {
                return Err(format!("{length} is the true length"));
            }
            response.framing = Framing::Length;
            response.delivery.declared = Some(*declared);
        }
        Fault::StallBeforeHead(length) => {
            response.delivery.pause = Some(Pause { moment: Moment::BeforeHead, length: *length });
        }
        Fault::StallInBody { after, pause } => {
            inside(*after, length)?;
            response.delivery.pause = Some(Pause { moment: Moment::Body(*after), length: *pause });
        }
        Fault::Trickle(pause) => response.delivery.trickle = Some(*pause),
        Fault::Endless => return endless(response),
        Fault::ConnectionClose => response.delivery.closing = Closing::Announced,
        Fault::CloseIdle => response.delivery.closing = Closing::Silent,
        Fault::EndEarly { .. } | Fault::Tail(_) | Fault::FlipByte { .. } | Fault::Splice { .. } => {} // edits, done above
        Fault::Drop | Fault::Throttled | Fault::Proxy { .. } | Fault::RetryAfter { .. } => {
            return Err("it stands for the whole answer".to_owned());
        }
    }
    Ok(response)
}

/// What a fault changes in the bytes of the body.
fn edit(fault: &Fault, bytes: &mut Vec<u8>) -> Result<(), String> {
    let length = bytes.len() as u64;
    match fault {
        Fault::EndEarly { after } => {
            inside(*after, length)?;
            bytes.truncate(*after as usize);
        }
        Fault::Tail(text) => bytes.extend_from_slice(text.as_bytes()),
        Fault::FlipByte { at } => {
            inside(*at as u64, length)?;
            bytes[*at] ^= 0xff;
        }
        Fault::Splice { at, remove, insert } => {
            let end = at.checked_add(*remove).filter(|end| *end as u64 <= length);
            let end = end.ok_or_else(|| format!("the body has {length} bytes"))?;
            bytes.splice(*at..end, insert.iter().copied());
        }
        _ => {}
    }
    Ok(())
}

fn inside(offset: u64, length: u64) -> Result<(), String> {
    if offset < length { Ok(()) } else { Err(format!("the body has {length} bytes")) }
}

fn endless(mut response: Response) -> Result<Response, String> {
    let body = std::mem::replace(&mut response.body, Body::Bytes(Vec::new()));
    let bytes = body.collect().map_err(|error| error.to_string())?;
    Ok(response.with_stream(move |out| {
        out.write_all(&bytes)?;
        let zeros = [0; 4096];
        loop {
            out.write_all(&zeros)?; // ends with the error of the closed connection
        }
    }))
}
