#![no_main]

#[path = "../laws/compressed_segmentation.rs"]
mod law;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| law::holds(bytes));
