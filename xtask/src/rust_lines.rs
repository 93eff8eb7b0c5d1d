//! Rust source, line by line, with code and comments apart, so that a word in a string is not taken for an identifier.
//!
//! This is a scanner, not a parser: it knows comments (nested ones too), strings of every kind, characters and lifetimes.

/// One line of a file. The inside of literals is in neither part.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) code: String,
    pub(crate) comment: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Code,
    LineComment,
    BlockComment { depth: u32 },
    Text,
    RawText { hashes: usize },
}

/// The lines of a file.
pub(crate) fn split(source: &str) -> Vec<Line> {
    let mut scanner =
        Scanner { rest: source.chars().collect(), at: 0, state: State::Code, lines: vec![Line::default()] };
    while scanner.at < scanner.rest.len() {
        scanner.step();
    }
    if source.ends_with('\n') || source.is_empty() {
        scanner.lines.pop();
    }
    scanner.lines
}

/// The identifiers and keywords of a piece of code.
pub(crate) fn identifiers(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !is_identifier(c)).filter(|word| word.chars().next().is_some_and(|c| !c.is_ascii_digit()))
}

/// The words of an identifier in lower case: `read_blockSize` has `read`, `block`, `size`.
pub(crate) fn words(identifier: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_lower = false;
    for c in identifier.chars() {
        if c == '_' || (c.is_uppercase() && after_lower) {
            words.push(String::new());
        }
        if let (Some(word), true) = (words.last_mut(), c != '_') {
            word.extend(c.to_lowercase());
        }
        after_lower = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

fn is_identifier(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

struct Scanner {
    rest: Vec<char>,
    at: usize,
    state: State,
    lines: Vec<Line>,
}

impl Scanner {
    fn step(&mut self) {
        if self.rest[self.at] == '\n' {
            if self.state == State::LineComment {
                self.state = State::Code;
            }
            self.lines.push(Line::default());
            self.at += 1;
            return;
        }
        match self.state {
            State::Code => self.code(),
            State::LineComment => self.keep_comment(1),
            State::BlockComment { depth } => self.block_comment(depth),
            State::Text => self.text(),
            State::RawText { hashes } => self.raw_text(hashes),
        }
    }

    fn code(&mut self) {
        if self.sees("//") {
            self.state = State::LineComment;
        } else if self.sees("/*") {
            self.state = State::BlockComment { depth: 1 };
            self.at += 2;
        } else if self.sees("\"") {
            self.state = State::Text;
            self.keep_code(1);
        } else if let Some((prefix, hashes)) = self.raw_text_opens() {
            self.state = State::RawText { hashes };
            self.at += prefix;
        } else if self.sees("'") {
            let length = self.character_length();
            self.at += length.unwrap_or(0);
            self.keep_code(1);
        } else {
            self.keep_code(1);
        }
    }

    fn block_comment(&mut self, depth: u32) {
        if self.sees("*/") {
            self.state = if depth == 1 { State::Code } else { State::BlockComment { depth: depth - 1 } };
            self.at += 2;
        } else if self.sees("/*") {
            self.state = State::BlockComment { depth: depth + 1 };
            self.at += 2;
        } else {
            self.keep_comment(1);
        }
    }

    fn text(&mut self) {
        if self.sees("\\") {
            // The next character is escaped; a line that is continued still has to be counted.
            self.at += if self.peek(1) == Some('\n') { 1 } else { 2 };
        } else if self.sees("\"") {
            self.state = State::Code;
            self.keep_code(1);
        } else {
            self.at += 1;
        }
    }

    fn raw_text(&mut self, hashes: usize) {
        let closes = self.sees("\"") && (1..=hashes).all(|i| self.peek(i) == Some('#'));
        if closes {
            self.state = State::Code;
        }
        self.at += if closes { 1 + hashes } else { 1 };
    }

    /// `r"`, `r#"`, `br##"`: the length up to and with the quotation mark, and the number of hashes.
    fn raw_text_opens(&self) -> Option<(usize, usize)> {
        if self.at > 0 && is_identifier(self.rest[self.at - 1]) {
            return None;
        }
        let letters = if matches!(self.peek(0), Some('b' | 'c')) { 2 } else { 1 };
        if self.peek(letters - 1) != Some('r') {
            return None;
        }
        let hashes = self.rest[self.at..].iter().skip(letters).take_while(|&&c| c == '#').count();
        (self.peek(letters + hashes) == Some('"')).then_some((letters + hashes + 1, hashes))
    }

    /// How far the closing mark of a character is from the opening one; `None` at a lifetime.
    fn character_length(&self) -> Option<usize> {
        if self.peek(1) == Some('\\') {
            return (3..12).find(|&i| self.peek(i) == Some('\''));
        }
        (self.peek(2) == Some('\'')).then_some(2)
    }

    fn keep_code(&mut self, length: usize) {
        self.keep(length, |line| &mut line.code);
    }

    fn keep_comment(&mut self, length: usize) {
        self.keep(length, |line| &mut line.comment);
    }

    fn keep(&mut self, length: usize, part: fn(&mut Line) -> &mut String) {
        let end = (self.at + length).min(self.rest.len());
        if let Some(line) = self.lines.last_mut() {
            part(line).extend(&self.rest[self.at..end]);
        }
        self.at = end;
    }

    fn sees(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(i, c)| self.peek(i) == Some(c))
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.rest.get(self.at + ahead).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_code(source: &str) -> String {
        split(source).into_iter().map(|line| line.code).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn comments_and_literals_are_not_code() {
        let source = "let a = \"in // a string\"; // said so\n/* out /* nested */ still */ let b = 1;";
        let lines = split(source);
        assert_eq!(lines[0].code, "let a = \"\"; ");
        assert_eq!(lines[0].comment, "// said so");
        assert_eq!(lines[1].code, " let b = 1;");
    }

    #[test]
    fn raw_strings_and_escapes_end_where_they_end() {
        assert_eq!(all_code(r##"f(r#"one " two"#, three)"##), "f(, three)");
        assert_eq!(all_code(r#"f(br"one \", two)"#), "f(, two)");
        assert_eq!(all_code(r#"f("one \" two", three)"#), "f(\"\", three)");
        assert_eq!(all_code("r#type + for_r\"x\""), "r#type + for_r\"\"");
    }

    #[test]
    fn characters_are_told_from_lifetimes() {
        assert_eq!(
            all_code("fn f<'a>(x: &'a str) { '\"'; b'\\''; '\\u{1F600}' }"),
            "fn f<'a>(x: &'a str) { '; b'; ' }"
        );
    }

    #[test]
    fn a_string_over_several_lines_keeps_the_count_of_lines() {
        let lines = split("a(\"one \\\n two\n three\");\nb();\n");
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[3].code, "b();");
    }

    #[test]
    fn identifiers_and_their_words() {
        assert_eq!(
            identifiers("let block_size = Foo::new(3u8, x1);").collect::<Vec<_>>(),
            ["let", "block_size", "Foo", "new", "x1"]
        );
        assert_eq!(words("readBlock_SIZE"), ["read", "block", "size"]);
        assert_eq!(words("_quantiles"), ["quantiles"]);
    }
}
