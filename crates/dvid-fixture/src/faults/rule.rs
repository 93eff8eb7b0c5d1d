//! Which request a fault hits.

use super::Fault;
use crate::http::Request;

/// A fault and the requests that it hits: by default the next one whose path and query contain a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultRule {
    part: String,
    method: Option<String>,
    skip: u64,
    times: Option<u64>,
    fault: Fault,
}

impl FaultRule {
    /// Hits the next request whose path and query contain `part`; every request contains the empty text.
    pub fn new(part: impl Into<String>, fault: Fault) -> Self {
        Self { part: part.into(), method: None, skip: 0, times: Some(1), fault }
    }

    /// Only requests with this verb match.
    pub fn with_method(self, method: impl Into<String>) -> Self {
        Self { method: Some(method.into()), ..self }
    }

    /// The first `skip` matching requests stay whole.
    pub fn with_skip(self, skip: u64) -> Self {
        Self { skip, ..self }
    }

    /// `times` matching requests are hit.
    pub fn with_times(self, times: u64) -> Self {
        Self { times: Some(times), ..self }
    }

    /// All matching requests are hit.
    pub fn always(self) -> Self {
        Self { times: None, ..self }
    }

    fn matches(&self, request: &Request) -> bool {
        request.target().contains(&self.part) && self.method.as_deref().is_none_or(|method| method == request.method())
    }
}

/// The fault that hits `request`, if any, and counts it. Every matching rule counts the requests that it skips; only the
/// first one that is due is used up.
pub(super) fn take_due(rules: &mut [FaultRule], request: &Request) -> Option<Fault> {
    let mut due = None;
    for rule in rules.iter_mut().filter(|rule| rule.matches(request)) {
        if rule.skip > 0 {
            rule.skip -= 1;
        } else if due.is_none() && rule.times != Some(0) {
            rule.times = rule.times.map(|times| times - 1);
            due = Some(rule.fault.clone());
        }
    }
    due
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(rules: &mut [FaultRule], targets: &[&str]) -> Vec<Option<Fault>> {
        targets.iter().map(|target| take_due(rules, &Request::new("GET", *target))).collect()
    }

    #[test]
    fn the_nth_match_is_hit_as_often_as_asked() {
        let mut rules = [FaultRule::new("/raw", Fault::Drop).with_skip(1).with_times(2)];
        let hit = Some(Fault::Drop);
        let found = hits(&mut rules, &["/raw", "/info", "/raw?x", "/a/raw", "/raw"]);
        assert_eq!(found, [None, None, hit.clone(), hit, None]);
    }

    #[test]
    fn a_rule_for_all_and_one_for_a_verb() {
        let mut rules = [FaultRule::new("", Fault::Throttled).always(), FaultRule::new("", Fault::Drop)];
        assert_eq!(hits(&mut rules, &["/a", "/b"]), [Some(Fault::Throttled), Some(Fault::Throttled)]);
        let mut rules = [FaultRule::new("", Fault::Drop).with_method("POST")];
        assert_eq!(hits(&mut rules, &["/a"]), [None]);
        assert_eq!(take_due(&mut rules, &Request::new("POST", "/a")), Some(Fault::Drop));
    }

    #[test]
    fn a_rule_that_waits_its_turn_is_not_used_up() {
        let mut rules = [FaultRule::new("", Fault::Throttled), FaultRule::new("", Fault::Drop)];
        assert_eq!(hits(&mut rules, &["/", "/", "/"]), [Some(Fault::Throttled), Some(Fault::Drop), None]);
    }
}
