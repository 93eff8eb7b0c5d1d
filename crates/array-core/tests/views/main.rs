//! Every view against a naive computation on whole arrays, with random metadata, and held to the conformance suite.

mod joined;
mod random;
mod structure;
mod values;
