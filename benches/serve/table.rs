//! The figures as a table, on the terminal and beside those of the other benches.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// One line.
pub(crate) struct Row {
    pub(crate) what: String,
    /// Of whole runs: requests a second.
    pub(crate) rate: f64,
    pub(crate) median: Duration,
    pub(crate) p99: Duration,
    /// Rate over that of the bare handler in the round next to it.
    pub(crate) of_bare: Option<f64>,
}

/// The value that so many hundredths of all do not exceed.
pub(crate) fn percentile(sorted: &[Duration], hundredths: usize) -> Duration {
    sorted[(sorted.len() * hundredths).div_ceil(100).max(1) - 1]
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2])
}

/// Prints the table, and puts it where the summary of all benches finds it.
pub(crate) fn publish(rows: &[Row]) {
    if rows.is_empty() {
        return;
    }
    let mut text = String::from("| serving | requests/s | × bare axum | median | p99 |\n|---|---|---|---|---|\n");
    for Row { what, rate, median, p99, of_bare } in rows {
        let of_bare = of_bare.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.3}"));
        let [median, p99] = [median, p99].map(|time| format!("{:.2} ms", time.as_secs_f64() * 1e3));
        writeln!(text, "| {what} | {rate:.0} | {of_bare} | {median} | {p99} |")
            .expect("writing to a string cannot fail");
    }
    println!("{text}");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("bench").join("tables");
    fs::create_dir_all(&folder).and_then(|()| fs::write(folder.join("serve.md"), text)).expect("the build folder");
}
