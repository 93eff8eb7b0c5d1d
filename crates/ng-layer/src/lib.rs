//! Neuroglancer layers, viewer states and links for arrays
