//! The part of the path that nobody can guess.

use std::fmt::Write;
use std::hash::{BuildHasher, RandomState};

/// 128 bits as hexadecimal digits. The keys of the standard library's hash tables come from the system's source of
/// randomness, and a keyed `SipHash` does not tell its key.
pub(crate) fn random() -> String {
    let mut token = String::with_capacity(32);
    for half in 0..2_u8 {
        write!(token, "{:016x}", RandomState::new().hash_one(half)).expect("writing to a string cannot fail");
    }
    token
}

#[cfg(test)]
mod tests {
    #[test]
    fn tokens_differ() {
        let (first, second) = (super::random(), super::random());
        assert_eq!(first.len(), 32);
        assert_ne!(first, second);
        assert_ne!(first[..16], first[16..]);
    }
}
