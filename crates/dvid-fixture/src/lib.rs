//! An embedded DVID-compatible server on loopback, for tests and demonstrations; never a production server
