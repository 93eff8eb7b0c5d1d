//! All that is wrong with a state, or hardly intended: most of it the viewer takes without a word, and shows something
//! else, or nothing.

mod keys;
mod layers;
mod layout;
mod source;
mod space;
mod transform;
mod view;

use crate::document::Located;
use crate::finding::{Finding, Findings, Severity};
use crate::state::ViewerState;

impl ViewerState {
    /// All that is wrong with the state, the worst first, then in the order of the document: values that the viewer refuses,
    /// traps that it says nothing about, keys that it ignores.
    ///
    /// What only the data can tell is a [hint](Severity::Hint): an image layer without contrast is right for uint8 and
    /// wrong for everything else.
    ///
    /// ```
    /// use ng_layer::{Severity, ViewerState};
    ///
    /// let state: ViewerState = r#"{"layers": [{"type": "segmantation", "name": "a", "source": "precomputed://gs://b/c"}]}"#.parse()?;
    /// let findings = state.validate();
    /// assert_eq!(findings[0].at, "/layers/0/type");
    /// assert!(findings[0].cure.contains("segmentation"));
    /// # Ok::<(), ng_layer::Error>(())
    /// ```
    pub fn validate(&self) -> Vec<Finding> {
        let mut findings = Findings::default();
        let mut errors: Vec<Located> = Vec::new();
        self.look("", &mut errors);
        for (at, error) in &errors {
            // The place is whole already.
            let error_at = if error.place().is_some() { "" } else { at };
            findings.refused(error_at, error);
        }
        view::look(self, &mut findings);
        let names = layers::look(self, &mut findings);
        layout::look(self, &names, &mut findings);
        let mut findings = findings.0;
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        findings
    }

    /// Whether [`validate`](Self::validate) finds nothing that the viewer refuses or shows wrongly.
    pub fn is_valid(&self) -> bool {
        self.validate().iter().all(|finding| finding.severity < Severity::Error)
    }
}
