//! Volumes on a DVID server over HTTP: the client and the DvidArray source
