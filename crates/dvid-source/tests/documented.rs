//! What the pages of the documentation name is there.

use std::path::Path;

#[test]
fn each_defect_of_servers_names_a_test_that_exists() {
    let crate_root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(crate_root.join("docs/server-defects.md")).unwrap();
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| § |"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    for row in &rows {
        let [section, what, done, shown] = row[..] else { panic!("four cells: {row:?}") };
        assert!(section.starts_with(|c: char| c.is_ascii_digit()) && !what.is_empty() && !done.is_empty(), "{row:?}");
        let (file, test) = shown.split_once(": ").unwrap_or_else(|| panic!("a file and a test: {shown}"));
        let (file, test) = (file.trim_matches('`'), test.trim_matches('`'));
        let source = std::fs::read_to_string(crate_root.join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        assert!(
            source.contains(&format!("#[test]\n    fn {test}(")) || source.contains(&format!("#[test]\nfn {test}(")),
            "{shown}"
        );
    }
    assert!(rows.len() > 30, "{} rows", rows.len());
}
