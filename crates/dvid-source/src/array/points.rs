//! Labels at points, many at a time.

use std::collections::BTreeMap;

use array_core::{Array, Coordinate, ReadContext, VoxelBox};
use ndarray::Array4;

use super::volume::Route;
use super::{DvidArray, labels, specific};
use crate::client::Control;
use crate::request::Request;
use crate::{Error, Result};

/// The most points of one question.
const BATCH: usize = 10_000;
/// Bytes that a label takes in the answer: 20 digits, a comma and a blank.
const MAX_LABEL: u64 = 22;

impl DvidArray {
    /// The labels at voxels (z, y, x, at the scale of this array), in the order asked; 0 where there is nothing. Voxels
    /// may lie anywhere.
    ///
    /// Asks for ten thousand at a time, sorted by block, which is what a server can look up fast. At negative indices
    /// servers give wrong labels; there the voxels are read.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for an array that is no labels; [`Error::BadBox`] for a point that is not three indices of 32
    /// bits; those of a request.
    pub fn labels_at(&self, points: &[Coordinate], cx: &ReadContext) -> Result<Vec<u64>> {
        if !matches!(self.volume.route, Route::LabelBlocks | Route::LabelRaw(_)) {
            let problem = format!("is read as {}; only labels have labels at points", self.meta().kind());
            return Err(Error::Unsupported { instance: self.source().instance.clone(), problem });
        }
        let block = Coordinate::from(self.volume.block);
        let mut asked = Vec::with_capacity(points.len());
        for (i, point) in points.iter().enumerate() {
            if point.len() != 3 || point.iter().any(|index| i32::try_from(*index).is_err()) {
                let rule = "a point is three indices z, y, x of 32 bits";
                return Err(Error::BadBox { voxels: point.to_string(), rule });
            }
            asked.push((point.div_floor(&block)?, i));
        }
        asked.sort_unstable();
        // What the server gets wrong, and what old types do not have.
        let (read, queried): (Vec<_>, Vec<_>) = asked
            .into_iter()
            .partition(|(_, i)| points[*i].iter().any(|index| *index < 0) || self.info().type_name() == "labelblk");
        let (mut out, control) = (vec![0; points.len()], Control::new(cx));
        for batch in queried.chunks(BATCH) {
            let batch: Vec<usize> = batch.iter().map(|(_, i)| *i).collect();
            self.query_points(points, &batch, &mut out, &control)?;
        }
        self.read_points(points, &read, &mut out, &control)?;
        Ok(out)
    }

    fn query_points(
        &self,
        points: &[Coordinate],
        batch: &[usize],
        out: &mut [u64],
        control: &Control<'_>,
    ) -> Result<()> {
        let (volume, places): (_, Vec<Coordinate>) = (&self.volume, batch.iter().map(|i| points[*i]).collect());
        let (uuid, instance) = (&volume.source.uuid, &volume.source.instance);
        let request = Request::labels(uuid, instance, &places, volume.own_scale(self.scale), volume.ids)?;
        let max = MAX_LABEL * batch.len() as u64 + 64;
        let due = ("the list of labels", max);
        let labels = volume.client.get_json(&request, due, control, |labels| counted(labels, batch.len()))?;
        batch.iter().zip(labels).for_each(|(i, label)| out[*i] = label);
        Ok(())
    }

    /// Reads the voxels of points: in lists of blocks where the server takes them, else the box around those of each block.
    fn read_points(
        &self,
        points: &[Coordinate],
        read: &[(Coordinate, usize)],
        out: &mut [u64],
        control: &Control<'_>,
    ) -> Result<()> {
        let mut by_block: BTreeMap<Coordinate, Vec<usize>> = BTreeMap::new();
        for (block, i) in read {
            by_block.entry(*block).or_default().push(*i);
        }
        let (volume, scale) = (&self.volume, self.volume.own_scale(self.scale));
        if !specific::is_listed(&volume.route) {
            return by_block.values().try_for_each(|members| self.read_box_around(points, members, out, control));
        }
        let blocks: Vec<Coordinate> = by_block.keys().copied().collect();
        for batch in blocks.chunks(volume.batch()) {
            specific::fetch(volume, scale, batch, control, &mut |block, labels: &[u64]| {
                let (begin, [_, height, width]) = (volume.box_of(block)?.begin(), volume.block);
                for i in &by_block[block] {
                    let [z, y, x] = [0, 1, 2].map(|axis| points[*i][axis] - begin[axis]);
                    out[*i] = labels[((z * height + y) * width + x) as usize];
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Reads the smallest box around some points.
    fn read_box_around(
        &self,
        points: &[Coordinate],
        members: &[usize],
        out: &mut [u64],
        control: &Control<'_>,
    ) -> Result<()> {
        let limit = |axis: usize| {
            let indices = || members.iter().map(|i| points[*i][axis]);
            (indices().min().unwrap_or(0), indices().max().unwrap_or(0) + 1)
        };
        let [z, y, x] = [limit(0), limit(1), limit(2)];
        let voxels = VoxelBox::from_bounds([z.0, y.0, x.0], [z.1, y.1, x.1])?;
        let shape = voxels.shape_usize()?;
        let mut labels = Array4::<u64>::zeros((1, shape[0], shape[1], shape[2]));
        labels::fetch(&self.volume, self.volume.own_scale(self.scale), &voxels, labels.view_mut(), control)?;
        for i in members {
            let at = [0, 1, 2].map(|axis| (points[*i][axis] - voxels.begin()[axis]) as usize);
            out[*i] = labels[[0, at[0], at[1], at[2]]];
        }
        Ok(())
    }
}

fn counted(labels: Vec<u64>, due: usize) -> Result<Vec<u64>> {
    if labels.len() == due {
        return Ok(labels);
    }
    Err(Error::bad_info("the list of labels", format!("{} came for {due} points", labels.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_labels_as_points() {
        assert_eq!(counted(vec![u64::MAX, 0], 2).unwrap(), [u64::MAX, 0]);
        for labels in [vec![1], vec![1, 2, 3]] {
            assert!(matches!(counted(labels, 2), Err(Error::BadInfo { .. })));
        }
    }
}
