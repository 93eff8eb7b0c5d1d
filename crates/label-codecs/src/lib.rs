//! Block codecs of 64-bit segmentations: DVID label blocks
