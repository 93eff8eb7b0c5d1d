//! What all views of one source have in common that compute their voxels from a copy of it.

/// Implements [`Array`](crate::Array) for a view with the fields `meta`, `source` and `scales`, whose method
/// `compute(&self, piece: &VoxelBox, source: &BlockRef, out: BlockMut) -> Result<()>` fills the voxels of one piece.
macro_rules! computed {
    ($View:ident) => {
        impl $View {
            /// The array that is seen through this view.
            pub fn source(&self) -> &$crate::ArrayRef {
                &self.source
            }
        }

        impl $crate::Array for $View {
            fn meta(&self) -> &$crate::ArrayMeta {
                &self.meta
            }

            fn read_voxels(
                &self,
                voxels: &coord_roi::VoxelBox,
                mut out: $crate::BlockMut<'_>,
                cx: &$crate::ReadContext,
            ) -> $crate::Result<()> {
                $crate::views::check_request(&self.meta, voxels, out.dtype(), out.shape())?;
                $crate::views::pieces::read_pieces(&*self.source, voxels, cx, |piece, block| {
                    let out = out.slice(&self.meta.block_ranges(piece, voxels)?)?;
                    self.compute(piece, &block.view(), out)
                })
            }

            fn scales(&self) -> &[$crate::ArrayRef] {
                &self.scales
            }

            fn plan(&self, voxels: &coord_roi::VoxelBox) -> $crate::Result<$crate::ReadPlan> {
                $crate::views::pieces::plan_pieces(&self.meta, &*self.source, voxels)
            }
        }
    };
}
pub(super) use computed;
