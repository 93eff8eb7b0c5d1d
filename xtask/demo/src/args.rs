//! The arguments of `cargo xtask demo`.

use std::path::PathBuf;

use clap::Parser;
use facade::prelude::*;

/// The main job of Voxscope, end to end: a region of an image and of its labels from a DVID server, at two other voxel sizes,
/// as arrays, pictures and a viewer link. Without addresses it serves a specimen of its own.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask demo", bin_name = "cargo xtask demo", version)]
pub struct Args {
    /// Folder for everything that the demo writes.
    #[arg(long, value_name = "DIR", default_value = "demo-out")]
    pub out: PathBuf,
    /// Keeps the server running until Ctrl-C, so that the link opens.
    #[arg(long, conflicts_with_all = ["image", "labels"])]
    pub keep: bool,
    /// Port of the server, so that a link can be used again; any free one where absent.
    #[arg(long, conflicts_with_all = ["image", "labels"])]
    pub port: Option<u16>,
    /// An image on a server of yours: `dvid://http://host:port/uuid/instance`, or a config file.
    #[arg(long, value_name = "SOURCE", requires = "roi")]
    pub image: Option<String>,
    /// Labels on a server of yours: `dvid://http://host:port/uuid/instance`, or a config file.
    #[arg(long, value_name = "SOURCE", requires = "roi")]
    pub labels: Option<String>,
    /// Region to read, in nm: '[z0:z1, y0:y1, x0:x1]'.
    #[arg(long, value_name = "REGION", value_parser = cli::args::region, allow_hyphen_values = true)]
    pub roi: Option<Roi<Length>>,
}
