//! The Rust example of the README, as a program.
//!
//! The example is the first code block marked `rust`. What it needs and a reader need not see may stand right before it in an
//! HTML comment that begins with `<!-- before the example`; it is run first.

use std::fs;
use std::path::Path;

use crate::Result;
use crate::rust_lines;

const HIDDEN: &str = "<!-- before the example";

/// The lines of the example, wrapped into a `main` that can use `?` unless they have one.
pub(crate) fn program(path: &Path) -> Result<String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let example = example(&text).ok_or_else(|| format!("{}: there is no ```rust block", path.display()))?;
    Ok(wrapped(&hidden(&text).unwrap_or_default(), &example))
}

fn example(text: &str) -> Option<String> {
    let mut lines = text.lines().skip_while(|line| line.trim() != "```rust");
    lines.next()?;
    let lines: Vec<&str> = lines.take_while(|line| line.trim() != "```").collect();
    Some(lines.join("\n") + "\n")
}

fn hidden(text: &str) -> Option<String> {
    let before = text.split("```rust").next()?;
    let (_, hidden) = before.split_once(HIDDEN)?;
    let (hidden, _) = hidden.split_once("-->")?;
    Some(format!("{}\n", hidden.trim()))
}

fn wrapped(hidden: &str, example: &str) -> String {
    let lines = rust_lines::split(example);
    if lines.iter().any(|line| line.code.contains("fn main(")) {
        return format!("{hidden}{example}");
    }
    format!("fn main() -> Result<(), Box<dyn std::error::Error>> {{\n{hidden}{example}Ok(())\n}}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_block_of_rust_is_the_example() {
        let text = "# a\n```sh\nls\n```\n```rust\nlet a = b()?;\n```\n```rust\nno\n```\n";
        let example = example(text).unwrap();
        assert_eq!(example, "let a = b()?;\n");
        let program = wrapped("", &example);
        assert!(program.starts_with("fn main()") && program.ends_with("let a = b()?;\nOk(())\n}\n"), "{program}");
        assert_eq!(super::example("nothing here"), None);
    }

    #[test]
    fn an_example_with_a_main_stays_as_it_is() {
        let example = "fn main() { run(); }\n";
        assert_eq!(wrapped("", example), example);
    }

    #[test]
    fn hidden_lines_come_first() {
        let text = "<!-- before the example\nlet server = 1;\n-->\n```rust\nuse_it(server);\n```\n";
        assert_eq!(hidden(text).unwrap(), "let server = 1;\n");
        assert!(wrapped("let server = 1;\n", "use_it(server);\n").contains("let server = 1;\nuse_it(server);\n"));
        assert_eq!(hidden("```rust\n```\n<!-- before the example\n-->"), None);
    }
}
