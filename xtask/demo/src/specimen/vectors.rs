//! The little of vector arithmetic that the specimen needs; places and directions are zyx, in voxels.

pub(super) type Vec3 = [f32; 3];

pub(super) fn add(a: Vec3, b: Vec3) -> Vec3 {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

pub(super) fn sub(a: Vec3, b: Vec3) -> Vec3 {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

pub(super) fn times(a: Vec3, factor: f32) -> Vec3 {
    a.map(|v| v * factor)
}

pub(super) fn dot(a: Vec3, b: Vec3) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(super) fn length(a: Vec3) -> f32 {
    dot(a, a).sqrt()
}

/// A tube with round ends around a straight line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tube {
    pub(super) start: Vec3,
    pub(super) along: Vec3,
    pub(super) radius: f32,
}

impl Tube {
    /// The signed distance from the surface, negative inside, and the direction in which it grows.
    pub(super) fn distance(&self, place: Vec3) -> (f32, Vec3) {
        let from_start = sub(place, self.start);
        let t = dot(from_start, self.along) / dot(self.along, self.along).max(1e-6);
        let away = sub(from_start, times(self.along, t.clamp(0.0, 1.0)));
        let distance = length(away);
        (distance - self.radius, times(away, 1.0 / distance.max(1e-6)))
    }

    /// The part between two fractions of the line, with another radius.
    pub(super) fn part(&self, from: f32, to: f32, radius: f32) -> Self {
        Self { start: add(self.start, times(self.along, from)), along: times(self.along, to - from), radius }
    }
}

/// 1 at 0, smoothly down to 0 at ±1 and beyond.
pub(super) fn bump(x: f32) -> f32 {
    let rest = (1.0 - x * x).max(0.0);
    rest * rest
}

/// 0 up to `from`, 1 from `to` on, smooth between.
pub(super) fn rise(from: f32, to: f32, x: f32) -> f32 {
    let t = ((x - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// From `a` to `b` by the fraction `t`.
pub(super) fn blend(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_from_a_tube_is_that_of_its_nearest_point() {
        let tube = Tube { start: [0.0, 0.0, 0.0], along: [0.0, 0.0, 10.0], radius: 2.0 };
        assert_eq!(tube.distance([0.0, 5.0, 4.0]), (3.0, [0.0, 1.0, 0.0]));
        assert_eq!(tube.distance([0.0, 0.0, -3.0]), (1.0, [0.0, 0.0, -1.0]));
        assert_eq!(tube.distance([1.0, 0.0, 5.0]), (-1.0, [1.0, 0.0, 0.0]));
        let half = tube.part(0.5, 1.0, 1.0);
        assert_eq!((half.start, half.along, half.radius), ([0.0, 0.0, 5.0], [0.0, 0.0, 5.0], 1.0));
    }

    #[test]
    fn profiles_have_their_ends() {
        assert_eq!((bump(0.0), bump(1.0), bump(-2.0)), (1.0, 0.0, 0.0));
        assert_eq!((rise(1.0, 3.0, 0.0), rise(1.0, 3.0, 2.0), rise(1.0, 3.0, 4.0)), (0.0, 0.5, 1.0));
        assert_eq!((blend(2.0, 4.0, 0.0), blend(2.0, 4.0, 0.25)), (2.0, 2.5));
    }
}
