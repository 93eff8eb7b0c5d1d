//! Randomness without state: hashes of integers, and smooth noise on lattices of such hashes.
//!
//! Only sums, products, quotients and roots are used here and in all of the specimen: these give the same bits on every platform.

/// Scrambles a number; a bijection (the finalizer of `SplitMix64`).
pub(super) fn mix(value: u64) -> u64 {
    let z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Another hash that goes with a hash or a seed, the `which`-th.
pub(super) fn derive(hash: u64, which: u64) -> u64 {
    mix(hash ^ which)
}

/// One hash of several numbers, in their order.
pub(super) fn hash<const N: usize>(seed: u64, values: [i64; N]) -> u64 {
    values.iter().fold(mix(seed), |state, value| mix(state ^ value.cast_unsigned()))
}

/// A hash as a number in `[0, 1)`.
pub(super) fn unit(hash: u64) -> f32 {
    (hash >> 40) as f32 / (1_u64 << 24) as f32
}

/// A hash as a number in `[-1, 1)`.
pub(super) fn signed(hash: u64) -> f32 {
    2.0 * unit(hash) - 1.0
}

/// A hash as a number of mean 0 and deviation 1 that looks normal: the sum of four even ones.
pub(super) fn normal(hash: u64) -> f32 {
    let part = |shift: u32| ((hash >> shift) & 0xffff) as f32 / 65536.0 - 0.5;
    (part(0) + part(16) + part(32) + part(48)) * 1.732_050_8
}

/// Smooth noise of mean 0 and deviation about 1: cubic B-splines over random values on a lattice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noise {
    seed: u64,
    /// Voxels from one point of the lattice to the next; features are about twice as wide.
    spacing: f32,
}

/// What brings the deviation of the interpolated values back to 1.
const GAIN: f32 = 5.2;

impl Noise {
    pub(super) fn new(seed: u64, spacing: f32) -> Self {
        Self { seed, spacing }
    }

    /// The value at one place, zyx.
    pub(super) fn at(&self, place: [f32; 3]) -> f32 {
        let (iz, wz) = spline(place[0] / self.spacing);
        let (iy, wy) = spline(place[1] / self.spacing);
        let (ix, wx) = spline(place[2] / self.spacing);
        let column = |k: usize| self.column(iz, &wz, iy, &wy, ix + k as i64);
        GAIN * (0..4).map(|k| wx[k] * column(k)).sum::<f32>()
    }

    /// The values along x at `x = 0, 1, …` of one line, the same as [`Noise::at`] gives but much cheaper.
    pub(super) fn row(&self, z: f32, y: f32, out: &mut [f32]) {
        let (iz, wz) = spline(z / self.spacing);
        let (iy, wy) = spline(y / self.spacing);
        let points = (out.len() as f32 / self.spacing) as usize + 5;
        let lattice: Vec<f32> = (0..points).map(|k| self.column(iz, &wz, iy, &wy, k as i64 - 1)).collect();
        for (x, value) in out.iter_mut().enumerate() {
            let (ix, wx) = spline(x as f32 / self.spacing);
            let near = &lattice[(ix + 1) as usize..][..4];
            *value = GAIN * (0..4).map(|k| wx[k] * near[k]).sum::<f32>();
        }
    }

    /// The lattice interpolated along z and y.
    fn column(&self, iz: i64, wz: &[f32; 4], iy: i64, wy: &[f32; 4], ix: i64) -> f32 {
        let mut sum = 0.0;
        for (j, weight) in wz.iter().enumerate() {
            for (k, other) in wy.iter().enumerate() {
                sum += weight * other * signed(hash(self.seed, [iz + j as i64, iy + k as i64, ix]));
            }
        }
        sum
    }
}

/// The first of the four lattice points that count at `u`, and their weights.
fn spline(u: f32) -> (i64, [f32; 4]) {
    let floor = u.floor();
    let t = u - floor;
    let s = 1.0 - t;
    let weights = [s * s * s, 4.0 - 6.0 * t * t + 3.0 * t * t * t, 4.0 - 6.0 * s * s + 3.0 * s * s * s, t * t * t];
    (floor as i64 - 1, weights.map(|weight| weight / 6.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_what_single_places_are() {
        let noise = Noise::new(7, 5.3);
        let mut row = vec![0.0; 40];
        noise.row(11.0, -3.0, &mut row);
        for (x, value) in row.iter().enumerate() {
            assert_eq!(value.to_bits(), noise.at([11.0, -3.0, x as f32]).to_bits(), "x = {x}");
        }
    }

    #[test]
    fn noise_has_mean_0_and_deviation_1_and_is_smooth() {
        let noise = Noise::new(3, 4.0);
        let mut row = vec![0.0; 4096];
        noise.row(2.5, 9.0, &mut row);
        let mean = row.iter().sum::<f32>() / 4096.0;
        let square = row.iter().map(|v| v * v).sum::<f32>() / 4096.0;
        assert!(mean.abs() < 0.1 && (0.7..1.4).contains(&square.sqrt()), "{mean} {square}");
        assert!(row.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 1.5));
    }

    #[test]
    fn hashes_fill_their_range() {
        let values: Vec<f32> = (0..1000).map(|i| unit(hash(1, [i, 5]))).collect();
        assert!(values.iter().all(|v| (0.0..1.0).contains(v)));
        assert!(values.iter().any(|v| *v < 0.01) && values.iter().any(|v| *v > 0.99));
        let square = (0..1000).map(|i| normal(mix(i)).powi(2)).sum::<f32>() / 1000.0;
        assert!((0.8..1.2).contains(&square), "{square}");
    }
}
