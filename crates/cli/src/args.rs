//! What the program understands on its command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use facade::array_core::coord_roi;
use facade::prelude::*;
use facade::resample::Method;

const SOURCES: &str = "\
SOURCE is a config file (*.json), dvid://http://host:port/uuid/instance, or an .npy file.\n\
Regions and sizes are in nanometres, in the order z, y, x.\n\
Exit codes: 0 done; 1 the world failed (server, file); 2 the request cannot be met (options, configuration, region).";

const VIEWERS: &str = "\
The link is the one line on standard output. What it shows is what `read` with the same options returns.

The viewer is taken from the first of these that there is: --viewer; the environment variable VOXSCOPE_VIEWER
(a folder or an address; empty: the public page); the folders ../share/voxscope/viewer and ../viewer, seen from
the program; the public page https://neuroglancer-demo.appspot.com. In a checkout `cargo xtask viewer` puts a
client into target/viewer, where the built program finds it. With a folder everything comes from this server:
no network is needed, and no permission.

A public page has to be allowed to read from this machine. Chromium asks (local network access); answer
yes. If the answer was no, data look empty: allow it in the settings of the page and load it anew. Pages over
https can ask no other machine than their own over plain http, so on another machine use --viewer or ssh -L.";

/// Any region of a terabyte microscopy volume, at any resolution, in nanometres.
///
#[derive(Debug, Parser)]
#[command(after_help = SOURCES, name = "voxscope", version, max_term_width = 100)]
pub struct Cli {
    /// More about what happens: versions, scales, requests (-v), and everything (-vv). Retries are always told.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Says what a source is, where it lies, and how each of these is known.
    Describe(Describe),
    /// Reads a region into an .npy file or a picture.
    Read(Read),
    /// Writes a Neuroglancer state that shows the sources, or a link to it.
    Layer(Layer),
    /// Shows the sources in Neuroglancer, live: one link, until Ctrl-C.
    View(View),
}

/// Where an .npy file lies; the format itself does not say.
#[derive(Debug, Default, Args)]
pub struct Placement {
    /// Lower corner of the first voxel of an .npy file, in nm: z,y,x.
    #[arg(long, value_name = "Z,Y,X", value_parser = lengths, allow_hyphen_values = true)]
    pub offset: Option<Coordinate<Length>>,
    /// What the voxels of an .npy file are; guessed from its dtype otherwise.
    #[arg(long, value_enum)]
    pub kind: Option<KindArg>,
}

/// At which voxel size sources are read.
#[derive(Debug, Args)]
pub struct Sizes {
    /// Voxel size to read at, in nm: z,y,x. For an .npy file: the voxel size that it has.
    #[arg(long, value_name = "Z,Y,X", value_parser = lengths, allow_hyphen_values = true)]
    pub voxel_size: Option<Coordinate<Length>>,
    /// Voxel size to read at, also for an .npy file.
    #[arg(long, value_name = "Z,Y,X", value_parser = lengths, allow_hyphen_values = true)]
    pub resample_to: Option<Coordinate<Length>>,
    /// Method of resampling: mean, mode, min, max, median, stride, labels, or an order of interpolation, 0 to 5. By default
    /// order 1 for images, labels for labels and masks.
    #[arg(long, value_name = "METHOD")]
    pub method: Option<Method>,
}

/// Arguments of `describe`.
#[derive(Debug, Args)]
pub struct Describe {
    /// Config file, dvid:// address or .npy file.
    pub source: String,
    /// Voxel size of an .npy file, in nm: z,y,x.
    #[arg(long, value_name = "Z,Y,X", value_parser = lengths, allow_hyphen_values = true)]
    pub voxel_size: Option<Coordinate<Length>>,
    /// Where an .npy file lies.
    #[command(flatten)]
    pub placement: Placement,
    /// Writes JSON for programs.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `read`.
#[derive(Debug, Args)]
pub struct Read {
    /// Config file, dvid:// address or .npy file.
    pub source: String,
    /// Region in nm: '[z0:z1, y0:y1, x0:x1]'; an axis given as ':' is read in full. Everything where absent.
    #[arg(long, value_name = "REGION", value_parser = region, allow_hyphen_values = true)]
    pub roi: Option<Roi<Length>>,
    /// At which voxel size, and how.
    #[command(flatten)]
    pub sizes: Sizes,
    /// Where an .npy file lies.
    #[command(flatten)]
    pub placement: Placement,
    /// Moves limits that are no voxel border.
    #[arg(long, value_enum, default_value_t = Align::Exact)]
    pub align: Align,
    /// Value of voxels outside the source.
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true, conflicts_with = "clip")]
    pub fill: Option<String>,
    /// Reads the part of the region that the source has.
    #[arg(long)]
    pub clip: bool,
    /// File to write: .npy, or .png for cross-sections through the middle.
    #[arg(short, long, value_name = "FILE", required_unless_present = "plan")]
    pub output: Option<PathBuf>,
    /// Says what reading would cost, and reads nothing.
    #[arg(long)]
    pub plan: bool,
    /// Reports in JSON for programs.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `layer`.
#[derive(Debug, Args)]
pub struct Layer {
    /// Config files, dvid:// addresses or .npy files.
    #[arg(required = true)]
    pub sources: Vec<String>,
    /// Voxel size of the .npy files, in nm: z,y,x.
    #[arg(long, value_name = "Z,Y,X", value_parser = lengths, allow_hyphen_values = true)]
    pub voxel_size: Option<Coordinate<Length>>,
    /// Where the .npy files lie.
    #[command(flatten)]
    pub placement: Placement,
    /// Region to look at, in nm; the middle of the first source where absent.
    #[arg(long, value_name = "REGION", value_parser = region, allow_hyphen_values = true)]
    pub roi: Option<Roi<Length>>,
    /// Writes a link instead of the state.
    #[arg(long)]
    pub url: bool,
    /// Where the viewer is.
    #[arg(long, value_name = "URL", default_value = "https://neuroglancer-demo.appspot.com")]
    pub viewer: String,
    /// Where a local server would serve sources that have no public address.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9000")]
    pub base_url: String,
    /// Shows grayscale straight from DVID, which sends it as JPEG.
    #[arg(long)]
    pub lossy: bool,
}

/// Arguments of `view`.
#[derive(Debug, Args)]
#[command(after_help = VIEWERS)]
pub struct View {
    /// Config files, dvid:// addresses or .npy files.
    #[arg(required = true)]
    pub sources: Vec<String>,
    /// Region to look at first, in nm: '[z0:z1, y0:y1, x0:x1]'; the middle of everything where absent.
    #[arg(long, value_name = "REGION", value_parser = region, allow_hyphen_values = true)]
    pub roi: Option<Roi<Length>>,
    /// At which voxel size, and how.
    #[command(flatten)]
    pub sizes: Sizes,
    /// Where the .npy files lie.
    #[command(flatten)]
    pub placement: Placement,
    /// Port on this machine's loopback address; any free one where 0.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Folder of a built Neuroglancer client to serve, or the address of a page elsewhere; see below.
    #[arg(long, value_name = "DIR|URL")]
    pub viewer: Option<String>,
    /// Opens the link in a browser.
    #[arg(long)]
    pub open: bool,
}

/// What happens to limits that are no voxel border.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Align {
    /// They are an error.
    Exact,
    /// The region grows to the next borders.
    Grow,
    /// The region shrinks to the next borders.
    Shrink,
    /// Each limit moves to the nearest border.
    Closest,
}

impl From<Align> for Rounding {
    fn from(align: Align) -> Self {
        match align {
            Align::Exact => Self::Exact,
            Align::Grow => Self::Grow,
            Align::Shrink => Self::Shrink,
            Align::Closest => Self::Closest,
        }
    }
}

/// What voxels mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "the names say it")]
pub enum KindArg {
    Image,
    Labels,
    Mask,
}

impl From<KindArg> for Kind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Image => Self::Image,
            KindArg::Labels => Self::Labels,
            KindArg::Mask => Self::Mask,
        }
    }
}

/// `[0:80, 40:60, :]`. What is wrong is told by the letter of the axis where there are three.
///
/// # Errors
/// The words of [`Roi`]'s own parser.
pub fn region(text: &str) -> Result<Roi<Length>, String> {
    text.parse().map_err(|error: coord_roi::Error| {
        let message = error.to_string();
        match (error.axis(), text.matches(',').count()) {
            (Some(axis @ 0..3), 2) => {
                message.replace(&format!("axis {axis}"), &format!("axis {}", ["z", "y", "x"][axis]))
            }
            _ => message,
        }
    })
}

/// `8,8,8`, `4.56,4,4`, `4/3 nm,4,4`.
fn lengths(text: &str) -> Result<Coordinate<Length>, String> {
    let entries: Vec<Length> = text
        .split(',')
        .map(|entry| entry.trim().parse::<Length>().map_err(|error| error.to_string()))
        .collect::<Result<_, _>>()?;
    Coordinate::try_from(&entries[..]).map_err(|error| error.to_string())
}
