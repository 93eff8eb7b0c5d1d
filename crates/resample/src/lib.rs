//! Any array at another voxel size: resampling kernels and the lazy ResampledArray
