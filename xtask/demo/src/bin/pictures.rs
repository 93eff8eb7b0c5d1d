//! The program behind `cargo xtask pictures`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Writes the pictures of the page "Which method?", the same bytes every time.
#[derive(Debug, Parser)]
#[command(name = "pictures", version)]
struct Args {
    /// Folder for the pictures.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

fn main() -> ExitCode {
    match demo::pictures::write(&Args::parse().folder) {
        Ok(paths) => {
            for path in paths {
                println!("{}", path.display());
            }
            ExitCode::SUCCESS
        }
        Err(error) => cli::exit::failed(&error, cli::exit::code(&error)),
    }
}
