//! `voxscope read`: a region into a file.

use std::fmt::Write as _;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::{Duration, Instant};

use facade::prelude::*;
use facade::{Error, Result};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use crate::args;
use crate::describe::json_text;
use crate::{files, slabs, sources, view};

/// Runs the command; returns what goes to standard output.
///
/// # Errors
/// Those of opening and reading the source, and of writing the file.
pub fn run(args: &args::Read) -> Result<String> {
    let config = sources::resampled(&args.source, &args.sizes, &args.placement)?;
    let array = facade::open(&config)?;
    let roi = args.roi.unwrap_or_else(|| array.roi());
    let options = options(args)?;
    if args.plan {
        return plan(&*array, roi, &options, args.json);
    }
    let output = args.output.as_deref().ok_or_else(|| Error::invalid("--output", "a file to write is missing"))?;
    let format = Format::of(output)?;
    files::probe(output)?;
    let start = Instant::now();
    let read = with_progress(&*array, roi, &options)?;
    let time = start.elapsed();
    if read.block.is_empty() {
        eprintln!("note: the region holds no voxel of '{}', which covers {} nm", array.name(), array.roi());
    }
    format.write(output, &*array, &read)?;
    Ok(report(&*array, &read, output, time, args.json))
}

fn options(args: &args::Read) -> Result<ReadOptions> {
    let outside = match (&args.fill, args.clip) {
        (Some(value), _) => Outside::Fill(fill(value)?),
        (None, true) => Outside::Clip,
        (None, false) => Outside::Error,
    };
    Ok(ReadOptions::default().with_outside(outside).with_alignment(args.align.into()))
}

fn fill(text: &str) -> Result<FillValue> {
    let integer = text.parse::<i128>().ok().map(FillValue::Integer);
    let value = integer.or_else(|| text.parse::<f64>().ok().map(FillValue::Float));
    value.ok_or_else(|| Error::invalid("--fill", format!("'{text}' is no number")))
}

fn with_progress(array: &dyn Array, roi: Roi<Length>, options: &ReadOptions) -> Result<ReadBlock> {
    let target = if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("{bar:32} {bytes}/{total_bytes}  {bytes_per_sec}  {eta}") {
        bar.set_style(style);
    }
    let read = slabs::read(array, roi, options, |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    Ok(read?)
}

fn plan(array: &dyn Array, roi: Roi<Length>, options: &ReadOptions, as_json: bool) -> Result<String> {
    let plan = array.plan(&array.voxels_to_read(roi, options)?)?;
    if as_json {
        return Ok(json_text(&json!(plan)));
    }
    let mut text = format!(
        "{} request{}, {} fetched for {} of result ({:.2} x), at most {} in memory\n",
        plan.requests,
        if plan.requests == 1 { "" } else { "s" },
        view::bytes(plan.bytes_fetched),
        view::bytes(plan.bytes_result),
        plan.amplification(),
        view::bytes(plan.peak_bytes)
    );
    for note in plan.notes {
        let _ = writeln!(text, "note: {note}");
    }
    Ok(text)
}

fn report(array: &dyn Array, read: &ReadBlock, output: &Path, time: Duration, as_json: bool) -> String {
    let (shape, dtype) = (read.block.shape(), read.block.dtype());
    if as_json {
        return json_text(&json!({
            "source": array.name(),
            "kind": array.kind(),
            "roi": read.roi,
            "voxel_size": array.voxel_size(),
            "shape": shape,
            "dtype": dtype,
            "seconds": time.as_secs_f64(),
            "output": output,
        }));
    }
    format!(
        "{}: {} nm at {} nm, {dtype} {shape:?}, {} -> {}\n",
        array.name(),
        read.roi,
        array.voxel_size(),
        view::rate(read.block.bytes() as u64, time),
        output.display()
    )
}

enum Format {
    Npy,
    Png,
}

impl Format {
    /// The format is told before anything is read.
    fn of(path: &Path) -> Result<Self> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("npy") => Ok(Self::Npy),
            Some("png") => Ok(Self::Png),
            _ => Err(Error::invalid("--output", format!("'{}' ends neither in .npy nor in .png", path.display()))),
        }
    }

    fn write(&self, path: &Path, array: &dyn Array, read: &ReadBlock) -> Result<()> {
        match self {
            Self::Npy => files::write_npy(path, &read.block),
            Self::Png => {
                let (bytes, grays) = view::png(array, &read.block)?;
                if let Some(grays) = grays.filter(|_| !matches!(array.dtype(), DType::U8 | DType::Bool)) {
                    eprintln!("picture: {grays}");
                }
                files::write_bytes(path, &bytes)
            }
        }
    }
}
