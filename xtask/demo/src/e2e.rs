//! The end-to-end test behind `cargo xtask e2e`: a real browser shows a resampled volume of a DVID server, and what it paints and
//! what it knows of each voxel is compared with what `read` returns.
//!
//! Pixels: every voxel covers n × n pixels of the panel, for an odd n, so that the middle of a voxel is the middle of a pixel;
//! each of these pixels has to have the colour of its voxel. Values: the viewer's own picking, all over each voxel. Every console
//! error, every request that failed and every blank panel counts as well.

mod check;
mod driver;
mod http;
mod network;
mod page;
mod scene;

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

pub use self::check::Findings;
use self::check::{Shown, Zoom};
use self::driver::Driver;
use self::page::Page;
use self::scene::Scene;

/// What goes wrong here is told to a person, and nothing is done about it by kind.
pub type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

/// What to test with.
#[derive(Debug, clap::Parser)]
#[command(name = "e2e", about = "A real browser shows what `read` returns; behind cargo xtask e2e")]
pub struct Args {
    /// Folder of a built Neuroglancer client.
    #[arg(long, value_name = "DIR")]
    pub viewer: String,
    /// Folder for the screenshots.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// The browser.
    #[arg(long, default_value = "chromium")]
    pub browser: String,
    /// What drives it.
    #[arg(long, default_value = "chromedriver")]
    pub driver: String,
    /// Shows all layers half a voxel off, which has to be found.
    #[arg(long)]
    pub shift: bool,
}

/// How each layer is shown: level, and pixels per voxel of that level.
const ZOOMS: [Zoom; 3] = [Zoom { level: 0, pixels: 5 }, Zoom { level: 1, pixels: 3 }, Zoom { level: 2, pixels: 1 }];

/// Shows everything and compares.
///
/// # Errors
/// Where the test could not be made at all; what it found is in the [`Findings`].
pub fn run(args: &Args) -> Result<Findings> {
    fs::create_dir_all(&args.out)?;
    let start = Instant::now();
    let scene = Scene::start(&args.viewer)?;
    println!("{:>6.1} s  serving {}", start.elapsed().as_secs_f64(), scene.link());
    let driver = Driver::start(&args.driver, &args.browser)?;
    println!("{:>6.1} s  {} runs", start.elapsed().as_secs_f64(), args.browser);
    let page = Page::open(&driver, scene.link())?;
    let mut findings = Findings::default();
    let prefix = if args.shift { "shifted-" } else { "" };
    if !args.shift {
        findings.overview(&page, &args.out.join("overview.png"))?;
    }
    // Half a voxel of the finest level is too little to be seen at coarser ones.
    let zooms = if args.shift { &ZOOMS[..1] } else { &ZOOMS[..] };
    for layer in scene.layers() {
        for zoom in zooms {
            let shown = Shown { scene: &scene, layer, zoom, half_voxel_off: args.shift };
            let picture = args.out.join(format!("{prefix}{}-{}.png", layer.name, zoom.level));
            let summary = findings.compare(&page, &shown, &picture)?;
            println!("{:>6.1} s  {summary}", start.elapsed().as_secs_f64());
        }
    }
    findings.broken.extend(page.complaints()?);
    findings.broken.extend(scene.complaints());
    Ok(findings)
}
