//! States in links.
//!
//! Two spellings are written, byte for byte: the viewer's own, which is what people see after the page rewrote its
//! address bar, and that of the Python package. Every spelling is read, that of very old links included.

mod decode;
mod encode;
mod url_safe;

use crate::error::{Error, Result};
use crate::json;
use crate::state::ViewerState;

/// The public viewer that links open in, unless you host your own.
pub const PUBLIC_VIEWER: &str = "https://neuroglancer-demo.appspot.com";

/// What a link says.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum StateRef {
    /// The whole state.
    Inline(ViewerState),
    /// Keys that replace those of the current state, see [`ViewerState::merged`].
    Merge(ViewerState),
    /// The address of a JSON document with the whole state.
    Remote(String),
}

impl ViewerState {
    /// A link in the viewer's own spelling: `VIEWER/#!…`.
    ///
    /// # Errors
    /// [`Error::ViewerAddress`] for an address with a fragment or spaces, [`Error::NotShareable`] if a source exists in
    /// one Python process only.
    pub fn to_url(&self, viewer: &str) -> Result<String> {
        check_address(viewer)?;
        self.check_shareable()?;
        let slash = if viewer.ends_with('/') { "" } else { "/" };
        Ok(format!("{viewer}{slash}#!{}", encode::client(&self.to_string())))
    }

    /// A link in the spelling of the Python package: `VIEWER#!…`, without a slash of its own.
    ///
    /// # Errors
    /// As [`ViewerState::to_url`].
    pub fn to_python_url(&self, viewer: &str) -> Result<String> {
        check_address(viewer)?;
        self.check_shareable()?;
        Ok(format!("{viewer}#!{}", encode::python(&self.to_python_string())))
    }
}

fn check_address(viewer: &str) -> Result<()> {
    let refuse = |reason| Err(Error::ViewerAddress { address: viewer.to_owned(), reason });
    if viewer.contains('#') {
        return refuse("the state goes behind `#`, so the address must not hold one");
    }
    if viewer.is_empty() || viewer.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return refuse("it must be a URL without spaces");
    }
    Ok(())
}

impl StateRef {
    /// Reads a link of any form: what stands behind the first `#` counts, see [`StateRef::from_fragment`]. The bare
    /// address of a viewer, without `#`, is the default state.
    ///
    /// # Errors
    /// [`Error::NoFragment`] for text that is no address, and those of [`StateRef::from_fragment`].
    ///
    /// ```
    /// use ng_layer::StateRef;
    ///
    /// let StateRef::Inline(state) = StateRef::from_url("https://viewer.example.org/#!{'position':[1_2.5_3]}")? else {
    ///     panic!("the state is in the link");
    /// };
    /// assert_eq!(state.position()?, Some(vec![1.0, 2.5, 3.0]));
    /// # Ok::<(), ng_layer::Error>(())
    /// ```
    pub fn from_url(url: &str) -> Result<Self> {
        let url = url.trim();
        match url.split_once('#') {
            Some((_, fragment)) => Self::from_fragment(fragment),
            None if ["http://", "https://"].iter().any(|scheme| url.starts_with(scheme)) => Self::from_fragment(""),
            None => Err(Error::NoFragment { url: json::quote(&url.into()).trim_matches('"').to_owned() }),
        }
    }

    /// Reads what stands behind `#`:
    ///
    /// * `!{…}`, percent-encoded JSON in which `_` and `&` may stand for commas outside strings and strings may be in
    ///   single quotes;
    /// * `!+{…}`, the same, merged into the current state;
    /// * `!https://…` (any scheme in lower case), the address of the state;
    /// * nothing or `!`, the default state.
    ///
    /// # Errors
    /// [`Error::FragmentForm`], [`Error::Percent`], [`Error::NotUtf8`], [`Error::OpenString`], [`Error::Json`] and
    /// [`Error::NotAnObject`], each with its place.
    pub fn from_fragment(fragment: &str) -> Result<Self> {
        if matches!(fragment, "" | "!") {
            return Ok(Self::Inline(ViewerState::default()));
        }
        let Some(text) = fragment.strip_prefix('!') else {
            return Err(Error::FragmentForm { near: json::excerpt(fragment, 0) });
        };
        if is_address(text) {
            return Ok(Self::Remote(text.to_owned()));
        }
        match text.strip_prefix('+') {
            Some(patch) => decode_state(fragment, patch).map(Self::Merge),
            None => decode_state(fragment, text).map(Self::Inline),
        }
    }

    /// The state, if the link holds all of it.
    pub fn into_inline(self) -> Option<ViewerState> {
        match self {
            Self::Inline(state) => Some(state),
            _ => None,
        }
    }
}

/// `encoded` is the end of `fragment`; errors count from the beginning of the fragment while it is encoded.
fn decode_state(fragment: &str, encoded: &str) -> Result<ViewerState> {
    let text = decode::percent_decode(fragment, fragment.len() - encoded.len())?;
    let object = json::parse_object(&url_safe::to_json(&text)?)?;
    Ok(ViewerState::from_object(object))
}

/// Whether the text begins with a scheme in lower case and `://`.
fn is_address(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once("://") else { return false };
    scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_links() {
        let default = StateRef::Inline(ViewerState::default());
        for url in ["https://h/", "https://h/#", "https://h/#!", " https://h/#!{}\n"] {
            assert_eq!(StateRef::from_url(url).unwrap(), default, "{url}");
        }
        for remote in ["https://h/s.json", "gs://b/s#x", "middleauth+https://h/a.json"] {
            assert_eq!(
                StateRef::from_url(&format!("https://h/#!{remote}")).unwrap(),
                StateRef::Remote(remote.to_owned())
            );
        }
        let merge = StateRef::from_url("https://h/#!+%7B%22layout%22:%22xy%22%7D").unwrap();
        assert!(matches!(merge, StateRef::Merge(state) if state.to_string() == r#"{"layout":"xy"}"#));
    }

    #[test]
    fn what_is_no_link_says_so() {
        for (url, expected) in [
            ("state.json", "has no `#`"),
            ("https://h/#{}", "begins with `{}`"),
            ("https://h/#!HTTPS://h", "not JSON"),
            ("https://h/#!%7B%22a%22:100%%7D", "byte 15 of the fragment"),
            ("https://h/#!%7B%22a%22:%FF%7D", "byte 12 of the fragment"),
            ("https://h/#![1]", "this is a list"),
            ("https://h/#!{'a':1", "not JSON at byte"),
        ] {
            let message = StateRef::from_url(url).unwrap_err().to_string();
            assert!(message.contains(expected), "{url}: {message}");
        }
    }

    #[test]
    fn addresses_of_viewers() {
        let state = ViewerState::default();
        assert_eq!(state.to_url("http://h/v/").unwrap(), "http://h/v/#!%7B%7D");
        assert_eq!(state.to_python_url("http://h/v/").unwrap(), "http://h/v/#!%7B%7D");
        for bad in ["", "http://h/#", "http://h/ v"] {
            assert!(matches!(state.to_url(bad), Err(Error::ViewerAddress { .. })), "{bad}");
        }
    }
}
