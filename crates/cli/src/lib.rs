//! The program voxscope: describe, read and show volumes from the command line
