//! The program behind `cargo xtask demo`.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use demo::args::Args;
use demo::embedded::{Embedded, region};
use demo::job::Job;
use demo::specimen::SpecimenOptions;
use facade::Result;
use facade::prelude::*;

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => cli::exit::failed(&error, cli::exit::code(&error)),
    }
}

fn run(args: &Args) -> Result<()> {
    let mut log = io::stdout();
    if args.image.is_some() || args.labels.is_some() {
        let config = |text: &Option<String>| text.as_deref().map(source).transpose();
        let job =
            Job { image: config(&args.image)?, labels: config(&args.labels)?, roi: args.roi, out: args.out.clone() };
        return job.run(&mut log).map(|_| ());
    }
    let options = SpecimenOptions::default();
    let start = Instant::now();
    println!("making a specimen of {:?} voxels", options.shape);
    let embedded = Embedded::start(&options, args.port.unwrap_or(0))?;
    println!("made in {:.1} s, served at {}", start.elapsed().as_secs_f64(), embedded.url());
    std::fs::create_dir_all(&args.out).map_err(|error| cli::files::failed(&args.out, &error))?;
    let (image, labels) = embedded.configs(&args.out)?;
    let roi = match args.roi {
        Some(roi) => roi,
        None => region(&options)?,
    };
    let job = Job { image: Some(image), labels: Some(labels), roi: Some(roi), out: args.out.clone() };
    job.run(&mut log)?;
    println!("{} requests answered", embedded.request_count());
    if args.keep {
        println!("the server goes on at {} until Ctrl-C", embedded.url());
        // Whoever waits for this line through a pipe should get it now.
        let _ = log.flush();
        loop {
            std::thread::park();
        }
    }
    println!("the server has stopped; with --keep it goes on, and the link opens");
    Ok(())
}

/// A source of the user's. Files by their full path, since the demo writes configs into another folder.
fn source(text: &str) -> Result<ArrayConfig> {
    let full = std::path::absolute(text).ok().filter(|_| !text.contains("://"));
    ArrayConfig::from_source(full.as_deref().and_then(std::path::Path::to_str).unwrap_or(text))
}
