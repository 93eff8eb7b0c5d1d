//! What the tests share.
#![allow(dead_code, reason = "each test binary uses its own part")]

pub(crate) mod golden;
pub(crate) mod npy;
pub(crate) mod placed;
