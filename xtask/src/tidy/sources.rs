//! Rules for Rust files: their length, their words, no unfinished code, and where `unsafe` may stand.

use std::path::Path;

use super::{Complaint, texts};
use crate::rust_lines::{self, Line};

/// A file of this many lines holds more than one idea.
const TOO_LONG: usize = 400;

/// Macros that stand for code that is not there. Written as words, since the scanner sees the name without its `!`.
const UNFINISHED_MACROS: &[&str] = &["todo", "unimplemented"];

/// One word per idea: `block` is what is processed, `chunk` what is stored, `scale` a level of a pyramid.
const FORBIDDEN_WORDS: &[(&str, &str)] =
    &[("tile", "`chunk`"), ("brick", "`chunk`"), ("cube", "`block`"), ("mip", "`scale`"), ("mipmap", "`scale`")];

/// The modules that may lift the lint on `unsafe`, by their paths from the root; each with its reason in its own text.
pub(super) const MAY_BE_UNSAFE: &[&str] = &[
    "crates/coord-roi/tests/allocations.rs",
    "crates/array-core/src/fresh.rs",
    "crates/array-core/tests/memory.rs",
    "crates/dvid-source/tests/common/counting.rs",
    "crates/resample/src/engine/simd.rs",
];

/// What is wrong with a file; `may_be_unsafe` lists the files that may use `unsafe`.
pub(super) fn complaints(file: &Path, text: &str, may_be_unsafe: &[&str]) -> Vec<Complaint> {
    let lines = rust_lines::split(text);
    let mut found = Vec::new();
    if lines.len() >= TOO_LONG {
        let message = format!("{} lines; a file stays under {TOO_LONG}: split it by ideas", lines.len());
        found.push(Complaint::new(file.display().to_string(), message));
    }
    for (index, line) in lines.iter().enumerate() {
        let mut complain = |message: String| found.push(Complaint::at_line(file, index + 1, message));
        if let Some(mark) = texts::unfinished(&line.comment) {
            complain(format!("{mark}: open an issue instead"));
        }
        if let Some(name) = unfinished_macro(&line.code) {
            complain(format!("`{name}!` stands for code that is missing; write it or leave the item out"));
        }
        for (identifier, instead) in forbidden(&line.code) {
            complain(format!("`{identifier}`: this workspace says {instead}"));
        }
        if rust_lines::identifiers(&line.code).any(|word| word == "unsafe") {
            if !may_be_unsafe.iter().any(|allowed| file == Path::new(allowed)) {
                complain("`unsafe` outside the modules that may use it (MAY_BE_UNSAFE in xtask)".to_owned());
            }
            if !is_argued(&lines, index) {
                complain("`unsafe` without a `// SAFETY:` comment on or right above its line".to_owned());
            }
        }
    }
    found
}

fn unfinished_macro(code: &str) -> Option<&'static str> {
    UNFINISHED_MACROS.iter().copied().find(|name| {
        code.match_indices(name).any(|(at, _)| {
            let before = code[..at].chars().next_back();
            code[at + name.len()..].starts_with('!') && !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
        })
    })
}

/// Identifiers that are made with a forbidden word, in the singular or the plural.
fn forbidden(code: &str) -> Vec<(&str, &'static str)> {
    let instead = |identifier: &str| {
        let words = rust_lines::words(identifier);
        let found = FORBIDDEN_WORDS.iter().find(|(forbidden, _)| {
            words.iter().any(|word| word == forbidden || word.strip_suffix('s') == Some(forbidden))
        });
        found.map(|(_, instead)| *instead)
    };
    rust_lines::identifiers(code).filter_map(|identifier| Some((identifier, instead(identifier)?))).collect()
}

/// Whether the line, or the comment right above it, says why the unsafe code is sound.
fn is_argued(lines: &[Line], index: usize) -> bool {
    let says = |line: &Line| line.comment.contains("// SAFETY:");
    let only_comment = |line: &&Line| line.code.trim().is_empty() && !line.comment.is_empty();
    says(&lines[index]) || lines[..index].iter().rev().take_while(only_comment).any(says)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<String> {
        complaints(Path::new("a.rs"), text, &["a.rs"]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn good_code_is_left_alone() {
        assert_eq!(
            messages("// A quantile of the texts, each at its TODOS.\nlet percentile = \"tile TODO\";\n"),
            [""; 0]
        );
    }

    #[test]
    fn a_file_may_have_399_lines() {
        assert_eq!(messages(&"f();\n".repeat(399)), [""; 0]);
        assert_eq!(messages(&"f();\n".repeat(400)).len(), 1);
    }

    #[test]
    fn forbidden_words_are_found_in_every_spelling() {
        for code in ["fn read_tiles() {}", "struct MipLevel;", "let cube = 1;", "BRICK_SIZE", "mips.len()"] {
            let found = messages(code);
            assert_eq!(found.len(), 1, "{code}: {found:?}");
            assert!(found[0].starts_with("a.rs:1: "), "{found:?}");
        }
    }

    #[test]
    fn unfinished_code_is_found() {
        for name in UNFINISHED_MACROS {
            assert_eq!(messages(&format!("fn f() {{ {name}!() }}")).len(), 1);
            assert_eq!(messages(&format!("fn f() {{ not_{name}!(); {name}(); }}")), [""; 0]);
        }
        for mark in texts::UNFINISHED {
            assert_eq!(messages(&format!("f(); // {mark} later")).len(), 1);
        }
    }

    #[test]
    fn unsafe_needs_its_place_and_its_argument() {
        let argued = "// SAFETY: the length was checked\n// above.\nunsafe { f() }\n";
        assert_eq!(messages(argued), [""; 0]);
        assert_eq!(messages("f();\nunsafe { f() }\n").len(), 1);
        assert_eq!(complaints(Path::new("b.rs"), argued, &["a.rs"]).len(), 1);
        assert_eq!(complaints(Path::new("b.rs"), "unsafe { f() }\n", &["a.rs"]).len(), 2);
        assert_eq!(messages("#![deny(unsafe_code)] // unsafe\n"), [""; 0]);
    }
}
