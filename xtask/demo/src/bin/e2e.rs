//! The program behind `cargo xtask e2e`. Its exit code tells differences (3) from a test that could not be made (1).

use std::process::ExitCode;

use clap::Parser;
use demo::e2e::{Args, run};

/// What is shown is not what is read.
const DIFFERS: u8 = 3;

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(findings) => {
            print!("{findings}");
            match (findings.broken.is_empty(), findings.pixels.count, findings.values.count) {
                (false, _, _) => ExitCode::FAILURE,
                (true, 0, 0) => ExitCode::SUCCESS,
                // Each of the two ways of looking has to see it, or one of them sees nothing.
                (true, 0, _) | (true, _, 0) => ExitCode::from(DIFFERS + 1),
                _ => ExitCode::from(DIFFERS),
            }
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
