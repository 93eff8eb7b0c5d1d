//! One table of what criterion has measured, with every figure beside the copy of its group.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::{Value, json};

use crate::Result;

/// One bench function.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    group: String,
    function: String,
    /// Median time of one call.
    seconds: f64,
    /// What the call says that it processes.
    bytes: Option<f64>,
}

/// What was measured since `start`, in alphabetical order: the folder keeps the results of earlier runs too.
pub(super) fn measured(folder: &Path, start: SystemTime) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for new in folders(folder)?.iter().map(|group| folders(group)).collect::<Result<Vec<_>>>()?.concat() {
        let (estimates, benchmark) = (new.join("new/estimates.json"), new.join("new/benchmark.json"));
        if estimates.metadata().and_then(|data| data.modified()).is_ok_and(|written| written >= start) {
            let name = estimates.display().to_string();
            rows.push(
                row(&read(&benchmark)?, &read(&estimates)?).ok_or(format!("{name} is not what criterion writes"))?,
            );
        }
    }
    rows.sort_by(|a, b| (&a.group, &a.function).cmp(&(&b.group, &b.function)));
    Ok(rows)
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    Ok(paths.into_iter().filter(|path| path.is_dir()).collect())
}

fn read(path: &Path) -> Result<Value> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}

fn row(benchmark: &Value, estimates: &Value) -> Option<Row> {
    Some(Row {
        group: benchmark["group_id"].as_str()?.to_owned(),
        function: benchmark["function_id"].as_str()?.to_owned(),
        seconds: estimates["median"]["point_estimate"].as_f64()? * 1e-9,
        bytes: benchmark["throughput"]["Bytes"].as_f64(),
    })
}

/// Writes `summary.json` and `summary.md`. Benches that measure otherwise than criterion put tables of their own into the folder
/// `tables`; those that were written since `start` stand behind the others.
pub(super) fn write(folder: &Path, rows: &[Row], start: SystemTime) -> Result {
    fs::create_dir_all(folder)?;
    let json = rows.iter().map(|row| {
        json!({ "group": row.group, "function": row.function, "seconds": row.seconds, "bytes": row.bytes, "copies": copies(rows, row) })
    });
    fs::write(folder.join("summary.json"), format!("{:#}\n", Value::Array(json.collect())))?;
    fs::write(folder.join("summary.md"), markdown(rows) + &tables(&folder.join("tables"), start)?)?;
    eprintln!("summary: {}", folder.join("summary.md").display());
    Ok(())
}

/// The tables of benches of their own.
fn tables(folder: &Path, start: SystemTime) -> Result<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(String::new()) };
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.retain(|file| file.metadata().and_then(|data| data.modified()).is_ok_and(|written| written >= start));
    files.sort();
    files.iter().map(|file| Ok(format!("\n{}", fs::read_to_string(file)?))).collect()
}

/// How long it took, in copies: the function of the same group whose name begins with `memcpy` is 1.
fn copies(rows: &[Row], row: &Row) -> Option<f64> {
    let copy = rows.iter().find(|other| other.group == row.group && other.function.starts_with("memcpy"))?;
    Some(row.seconds / copy.seconds)
}

fn markdown(rows: &[Row]) -> String {
    let mut text = String::from("| bench | function | median | GB/s | × memcpy |\n|---|---|---|---|---|\n");
    for row in rows {
        let rate = row.bytes.map_or_else(|| "–".to_owned(), |bytes| format!("{:.2}", bytes / row.seconds * 1e-9));
        let copies = copies(rows, row).map_or_else(|| "–".to_owned(), |copies| format!("{copies:.3}"));
        let Row { group, function, seconds, .. } = row;
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {group} | {function} | {} | {rate} | {copies} |", duration(*seconds));
    }
    text
}

fn duration(seconds: f64) -> String {
    match seconds {
        s if s >= 1.0 => format!("{s:.2} s"),
        s if s >= 1e-3 => format!("{:.2} ms", s * 1e3),
        s if s >= 1e-6 => format!("{:.2} µs", s * 1e6),
        s => format!("{:.1} ns", s * 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_beside_the_copy_of_their_group() {
        let benchmark =
            |function: &str| json!({ "group_id": "mean", "function_id": function, "throughput": { "Bytes": 4e9 } });
        let estimates = |ns: f64| json!({ "median": { "point_estimate": ns } });
        let rows = [
            row(&benchmark("1 thread"), &estimates(2e9)).unwrap(),
            row(&benchmark("memcpy of the input"), &estimates(0.5e9)).unwrap(),
        ];
        assert_eq!(copies(&rows, &rows[0]), Some(4.0));
        let text = markdown(&rows);
        assert!(text.contains("| mean | 1 thread | 2.00 s | 2.00 | 4.000 |"), "{text}");
        assert!(text.contains("| mean | memcpy of the input | 500.00 ms | 8.00 | 1.000 |"), "{text}");
        assert_eq!(row(&benchmark("x"), &json!({})), None);
    }

    #[test]
    fn tables_of_this_run_stand_behind() {
        let folder = std::env::temp_dir().join(format!("voxscope-tables-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("b.md"), "| b |\n").unwrap();
        fs::write(folder.join("a.md"), "| a |\n").unwrap();
        let now = SystemTime::now() + std::time::Duration::from_mins(1);
        let found = [SystemTime::UNIX_EPOCH, now].map(|start| tables(&folder, start).unwrap());
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found, ["\n| a |\n\n| b |\n", ""]);
        assert_eq!(tables(&folder, now).unwrap(), "");
    }

    #[test]
    fn durations_have_the_unit_that_suits_them() {
        assert_eq!([1.5, 2e-3, 3e-6, 4e-9].map(duration), ["1.50 s", "2.00 ms", "3.00 µs", "4.0 ns"]);
    }
}
