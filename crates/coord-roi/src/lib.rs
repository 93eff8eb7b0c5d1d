//! Exact world and voxel geometry for microscopy volumes: Coordinate, Roi, VoxelBox, Length and Grid
