//! The jobs that are measured, by id: `mean222_u8_512` is a mean of 2×2×2 voxels of u8, 512 to a side.

use array_core::Element;
use array_core::ndarray::Array3;
use resample::{AntiAlias, Factor, Method, Order, Spec};

/// One resampling of a volume.
#[derive(Clone, Debug)]
pub struct Job {
    /// Method, factors, type and side of the volume.
    pub id: &'static str,
    /// The element type.
    pub input: Input,
    /// Voxels per axis of the volume that the job is named for; it runs on others too.
    pub side: usize,
    /// Numerator and denominator of the factor, for z, y and x.
    factors: [(u32, u32); 3],
    method: Method,
}

/// Element types of jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of Rust's primitive types")]
pub enum Input {
    U8,
    U16,
    U64,
    F32,
}

/// Evaluates an expression with `$T` standing for the Rust type of an [`Input`].
#[macro_export]
macro_rules! with_input {
    ($input:expr, $T:ident => $body:expr) => {
        match $input {
            $crate::Input::U8 => $crate::with_input!(@as u8, $T, $body),
            $crate::Input::U16 => $crate::with_input!(@as u16, $T, $body),
            $crate::Input::U64 => $crate::with_input!(@as u64, $T, $body),
            $crate::Input::F32 => $crate::with_input!(@as f32, $T, $body),
        }
    };
    (@as $type:ident, $T:ident, $body:expr) => {{
        type $T = $type;
        $body
    }};
}

const DOWN_2: [(u32, u32); 3] = [(1, 2); 3];
const DOWN_122: [(u32, u32); 3] = [(1, 1), (1, 2), (1, 2)];
const UP_2: [(u32, u32); 3] = [(2, 1); 3];
const TWO_THIRDS: [(u32, u32); 3] = [(2, 3); 3];
const LINEAR: Method = Method::Interpolate(Order::Linear);
const CUBIC: Method = Method::Interpolate(Order::Cubic);

const fn job(id: &'static str, input: Input, side: usize, factors: [(u32, u32); 3], method: Method) -> Job {
    Job { id, input, side, factors, method }
}

/// All jobs. Those that have rivals come first.
pub const JOBS: [Job; 22] = [
    job("mean222_u8_512", Input::U8, 512, DOWN_2, Method::Mean),
    job("mean122_u8_512", Input::U8, 512, DOWN_122, Method::Mean),
    job("mean222_f32_256", Input::F32, 256, DOWN_2, Method::Mean),
    job("mode222_u64_256", Input::U64, 256, DOWN_2, Method::Mode),
    job("mode222_u64_512", Input::U64, 512, DOWN_2, Method::Mode),
    job("mode122_u64_256", Input::U64, 256, DOWN_122, Method::Mode),
    job("up222_o0_u64_256", Input::U64, 256, UP_2, Method::Interpolate(Order::Nearest)),
    job("aa_half_u8_512", Input::U8, 512, DOWN_2, LINEAR),
    job("aa_half_f32_256", Input::F32, 256, DOWN_2, LINEAR),
    job("up222_o1_f32_256", Input::F32, 256, UP_2, LINEAR),
    job("r2_3_o1_f32_255", Input::F32, 255, TWO_THIRDS, LINEAR),
    job("up222_o3_f32_128", Input::F32, 128, UP_2, CUBIC),
    job("r2_3_o3_f32_255", Input::F32, 255, TWO_THIRDS, CUBIC),
    job("mean222_u16_256", Input::U16, 256, DOWN_2, Method::Mean),
    job("aa_half_u16_256", Input::U16, 256, DOWN_2, LINEAR),
    job("mean333_u8_255", Input::U8, 255, [(1, 3); 3], Method::Mean),
    job("mean444_u8_256", Input::U8, 256, [(1, 4); 3], Method::Mean),
    job("mode333_u64_255", Input::U64, 255, [(1, 3); 3], Method::Mode),
    job("mode444_u64_256", Input::U64, 256, [(1, 4); 3], Method::Mode),
    job("mean_2_3_u8_255", Input::U8, 255, TWO_THIRDS, Method::Mean),
    job("mode_2_3_u64_255", Input::U64, 255, TWO_THIRDS, Method::Mode),
    job("r2_3_o1_u8_255", Input::U8, 255, TWO_THIRDS, LINEAR),
];

impl Job {
    /// The job of this id.
    pub fn named(id: &str) -> Option<&'static Self> {
        // Promoted to a static: the table is constant.
        const { &JOBS }.iter().find(|job| job.id == id)
    }

    /// The factors of the three axes.
    ///
    /// # Panics
    /// Never: the factors of the table are not 0.
    pub fn factors(&self) -> [Factor; 3] {
        self.factors.map(|(up, down)| Factor::new(up, down).expect("a factor of the table"))
    }

    /// How it is resampled.
    pub fn spec(&self) -> Spec {
        let spec = Spec::default().with_method(self.method);
        match self.method {
            // Stated, so that a changed default does not change what is measured.
            Method::Interpolate(order) if order != Order::Nearest => spec.with_anti_alias(AntiAlias::Gaussian),
            _ => spec,
        }
    }

    /// Numerator and denominator of the factor of each axis.
    pub fn ratios(&self) -> [(i64, i64); 3] {
        self.factors.map(|(up, down)| (up.into(), down.into()))
    }

    /// The order of its interpolation, if it interpolates.
    pub fn order(&self) -> Option<u8> {
        match self.method {
            Method::Interpolate(order) => Some(order.number()),
            _ => None,
        }
    }

    /// Whether it is a mode, as opposed to a mean or an interpolation.
    pub fn is_mode(&self) -> bool {
        self.method == Method::Mode
    }

    /// Runs it into a new array, as the public function makes one.
    ///
    /// # Errors
    /// Those of [`resample::resample`].
    pub fn run<T: Element>(&self, source: &Array3<T>) -> resample::Result<Array3<T>> {
        resample::resample(source.view(), &self.factors(), &self.spec())
    }

    /// Runs it into an array that exists.
    ///
    /// # Errors
    /// Those of [`resample::resample_into`].
    pub fn run_into<T: Element>(&self, source: &Array3<T>, out: &mut Array3<T>) -> resample::Result<()> {
        resample::resample_into(source.view(), &self.factors(), &self.spec(), out.view_mut())
    }
}
