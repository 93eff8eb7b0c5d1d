//! The Array trait: a volume with its place in the world, its views and the conformance suite
