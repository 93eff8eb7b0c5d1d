//! What is wrong with a document, all of it, each with its place and its cure.

use crate::error::Error;
use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Right for some data and wrong for others, which the document does not tell.
    Hint,
    /// It works in the viewer, but hardly as intended.
    Warning,
    /// The viewer refuses it, or shows something else or nothing, mostly without a word.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Hint => "hint",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// One thing that is wrong with a document.
///
/// ```
/// use ng_layer::{Severity, ViewerState};
///
/// let state: ViewerState = r#"{"crossSectionScale": 2}"#.parse()?;
/// let findings = state.validate();
/// assert_eq!((findings[0].at.as_str(), findings[0].severity), ("/crossSectionScale", Severity::Error));
/// # Ok::<(), ng_layer::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Where: a JSON pointer (RFC 6901), empty for the whole document.
    pub at: String,
    /// What stands there.
    pub what: String,
    /// What the viewer makes of it.
    pub rule: String,
    /// What to do.
    pub cure: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { severity, at, what, rule, cure } = self;
        let at = if at.is_empty() { "the document" } else { at };
        write!(f, "{severity} at {at}: {what}; {rule}; {cure}")
    }
}

impl From<Finding> for Error {
    fn from(finding: Finding) -> Self {
        Self::Finding(Box::new(finding))
    }
}

/// The pointer to a member of what another one points to.
pub(crate) fn pointer(at: &str, key: &str) -> String {
    format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Collects findings.
#[derive(Debug, Default)]
pub(crate) struct Findings(pub(crate) Vec<Finding>);

impl Findings {
    /// Notes something that the viewer refuses or shows wrongly.
    pub(crate) fn error(&mut self, at: &str, what: impl Into<String>, rule: &str, cure: &str) {
        self.push(Severity::Error, at, what.into(), rule, cure);
    }

    /// Notes something that only the data can tell.
    pub(crate) fn hint(&mut self, at: &str, what: impl Into<String>, rule: &str, cure: &str) {
        self.push(Severity::Hint, at, what.into(), rule, cure);
    }

    /// Notes something that is hardly intended.
    pub(crate) fn warning(&mut self, at: &str, what: impl Into<String>, rule: &str, cure: &str) {
        self.push(Severity::Warning, at, what.into(), rule, cure);
    }

    fn push(&mut self, severity: Severity, at: &str, what: String, rule: &str, cure: &str) {
        self.0.push(Finding { severity, at: at.to_owned(), what, rule: rule.to_owned(), cure: cure.to_owned() });
    }

    /// Notes the error of a typed key: its place stands below `at`.
    pub(crate) fn refused(&mut self, at: &str, error: &Error) {
        let (at, what, rule, cure) = match error {
            Error::Value { path, found, expected } => (
                format!("{at}{path}"),
                found.clone(),
                "the viewer does not take this".to_owned(),
                format!("write {expected}"),
            ),
            Error::MissingKey { path, key, reason } => {
                (format!("{at}{path}"), format!("`{key}` is missing"), (*reason).to_owned(), format!("add `{key}`"))
            }
            Error::Finding(finding) => {
                let mut finding = (**finding).clone();
                finding.at = format!("{at}{}", finding.at);
                return self.0.push(finding);
            }
            other => {
                (at.to_owned(), other.to_string(), "the viewer does not take this".to_owned(), "mend it".to_owned())
            }
        };
        self.error(&at, what, &rule, &cure);
    }

    /// Keeps what was read, notes what could not be.
    pub(crate) fn take<T>(&mut self, at: &str, result: Result<T, Error>) -> Option<T> {
        result.map_err(|error| self.refused(at, &error)).ok()
    }

    /// The first finding that is an error.
    pub(crate) fn into_first_error(self) -> Option<Finding> {
        self.0.into_iter().find(|finding| finding.severity == Severity::Error)
    }
}
