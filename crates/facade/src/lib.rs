//! Voxscope: any region of a terabyte microscopy volume, at any resolution, in world units
