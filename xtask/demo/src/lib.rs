//! What `cargo xtask demo` is made of: a [`specimen`] that looks like a volume from an electron microscope, a server that holds it
//! ([`embedded`]), and the [`job`] that reads a region of it at other voxel sizes, paints it and links to it. `cargo xtask pictures`
//! shows a piece of the same specimen under every method of `resample` ([`pictures`]). `cargo xtask e2e` looks at it in a browser
//! ([`e2e`]).
//!
//! The specimen is not a data set: its cells are drawn from smooth noise, and are good for showing and testing software only.
//!
//! ```
//! use demo::specimen::{LOWEST_LABEL, Specimen, SpecimenOptions};
//!
//! let options = SpecimenOptions::default().with_shape([8, 24, 24]);
//! let Specimen { image, labels } = Specimen::generate(&options);
//! assert_eq!(image.shape(), labels.shape());
//! assert!(labels.iter().all(|&label| label == 0 || label >= LOWEST_LABEL));
//! ```

pub mod args;
pub mod e2e;
pub mod embedded;
pub mod job;
pub mod pictures;
pub mod specimen;
