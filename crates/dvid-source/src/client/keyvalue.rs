//! Instances of type `keyvalue`: bytes under names.

use super::{Control, DvidClient, MAX_KEYS};
use crate::Result;
use crate::request::Request;

/// The longest value that is read.
const MAX_VALUE: u64 = 256 << 20;

impl DvidClient {
    /// The bytes under a key of a `keyvalue` instance. `uuid` is as in [`fetch_info`](Self::fetch_info).
    ///
    /// # Errors
    /// [`NotFound`](crate::Error::NotFound) for a key that does not exist; [`BadOption`](crate::Error::BadOption) for one
    /// that cannot; values beyond 256 MiB are refused as [`CorruptStream`](crate::Error::CorruptStream).
    pub fn key_value(&self, uuid: &str, instance: &str, key: &str) -> Result<Vec<u8>> {
        let request = Request::key(uuid, instance, key)?;
        self.get(&request, 0, &Control::new(&self.cx), |body| body.read_all(MAX_VALUE))
    }

    /// All keys of a `keyvalue` instance, in the order of their bytes.
    ///
    /// # Errors
    /// As [`fetch_info`](Self::fetch_info).
    pub fn keys(&self, uuid: &str, instance: &str) -> Result<Vec<String>> {
        self.list_of_keys(&Request::keys(uuid, instance))
    }

    /// The keys of a `keyvalue` instance from one to another, both included, in the order of their bytes.
    ///
    /// # Errors
    /// As [`keys`](Self::keys); [`BadOption`](crate::Error::BadOption) for limits that no key can be.
    pub fn keys_between(&self, uuid: &str, instance: &str, first: &str, last: &str) -> Result<Vec<String>> {
        self.list_of_keys(&Request::key_range(uuid, instance, first, last)?)
    }

    fn list_of_keys(&self, request: &Request) -> Result<Vec<String>> {
        self.get_json(request, ("the list of keys", MAX_KEYS), &Control::new(&self.cx), Ok)
    }
}
