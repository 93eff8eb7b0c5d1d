//! Percent-encoding: the two sets of characters that stay.

use std::fmt::Write as _;

/// What the viewer leaves: `encodeURI` does not touch these, and it encodes `! ' ( ) * ; ,` on top.
const CLIENT: &[u8] = b"-_.~/?:@&=+$#";
/// What the Python package leaves.
const PYTHON: &[u8] = b"-_.~@#$&()*!+=:;,.?/'";

/// As the viewer writes its address.
pub(super) fn client(text: &str) -> String {
    encode(text, CLIENT)
}

/// As the Python package writes a link.
pub(super) fn python(text: &str) -> String {
    encode(text, PYTHON)
}

fn encode(text: &str, kept: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("writing to a string cannot fail");
        }
    }
    encoded
}
