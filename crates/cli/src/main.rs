//! The program `voxscope`.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;
use cli::args::{Cli, Command};
use cli::{describe, exit, layer, live, read};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    show_events(cli.verbose);
    let output = match &cli.command {
        Command::Describe(args) => describe::run(args),
        Command::Read(args) => read::run(args),
        Command::Layer(args) => layer::run(args),
        Command::View(args) => live::run(args),
    };
    match output {
        Ok(text) => match io::stdout().write_all(text.as_bytes()) {
            // A reader that has seen enough is no error: voxscope describe … | head
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => exit::failed(&error, 1),
            _ => ExitCode::SUCCESS,
        },
        Err(error) => exit::failed(&error, exit::code(&error)),
    }
}

fn show_events(verbose: u8) {
    let level = match verbose {
        0 => "warn",
        1 => "info,dvid_source=debug",
        _ => "trace",
    };
    let filter = EnvFilter::try_from_env("VOXSCOPE_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let events = tracing_subscriber::fmt().with_env_filter(filter).with_target(false).without_time();
    let colors = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    events.with_ansi(colors).with_writer(io::stderr).init();
}
