use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{Control, DvidClient};
use crate::request::Request;
use crate::{Error, Result};

/// A version of a repository, pinned: its full UUID, which no commit can move.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Node {
    /// The full UUID.
    pub uuid: String,
    /// Whether the version is locked, which makes its data immutable; `None` if the server did not tell.
    pub locked: Option<bool>,
}

/// What a server says of its repositories, as far as versions go. Old servers lack the branches.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Repo {
    #[serde(rename = "DAG")]
    dag: Dag,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Dag {
    nodes: BTreeMap<String, Version>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Version {
    #[serde(default)]
    branch: String,
    #[serde(rename = "VersionID", default)]
    id: i64,
    #[serde(default)]
    children: Option<Vec<i64>>,
    #[serde(default)]
    locked: Option<bool>,
}

impl DvidClient {
    /// Finds the version that a text means, by the server's own rules: a UUID, the beginning of one that no other
    /// version of the server shares, `beginning:branch` for the newest version of a branch, or `:branch` where the
    /// server has one repository. The unnamed branch is called `master`.
    ///
    /// Resolving once and using the full UUID from then on is what keeps a long read on one version.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Ambiguous`] with the server's words.
    pub fn resolve(&self, reference: &str) -> Result<Node> {
        self.resolve_for(reference, None, &Control::new(&self.cx))
    }

    /// As [`resolve`](Self::resolve); where nothing fits, the server is asked about this instance to say so itself.
    pub(crate) fn resolve_for(&self, reference: &str, instance: Option<&str>, control: &Control<'_>) -> Result<Node> {
        if is_full(reference) {
            return Ok(Node { uuid: reference.to_owned(), locked: self.is_locked(reference, control)? });
        }
        let due = ("the list of repositories", super::MAX_REPOS);
        let repos = self.get_json(&Request::repos_info(), due, control, |repos: BTreeMap<String, Option<Repo>>| {
            Ok(repos.into_values().flatten().collect::<Vec<Repo>>())
        })?;
        if let Some(node) = find(&repos, reference) {
            tracing::info!(
                server = self.server(),
                reference,
                uuid = node.uuid,
                locked = node.locked,
                "version resolved"
            );
            return Ok(node);
        }
        let request = instance.map_or_else(|| Request::repo_info(reference), |name| Request::info(reference, name));
        match self.get(&request, 0, control, |body| body.read_all(super::MAX_REPOS)) {
            Err(error) => Err(error),
            Ok(_) => Err(Error::bad_info(
                "repos/info",
                format!("it does not list `{reference}`, which the server knows; give the full UUID"),
            )),
        }
    }

    /// Whether a version is locked. A server that answers but does not tell is no reason to fail; one that does not
    /// answer is, and would not answer what comes next either.
    fn is_locked(&self, uuid: &str, control: &Control<'_>) -> Result<Option<bool>> {
        let locked = |document: Value| Ok(document.get("Locked").and_then(Value::as_bool));
        self.get_json(&Request::status(uuid), ("the status", super::MAX_STATUS), control, locked).or_else(|error| {
            match error {
                Error::Transport { .. } | Error::Busy { .. } | Error::Cancelled | Error::DeadlineExceeded { .. } => {
                    Err(error)
                }
                error => {
                    tracing::debug!(%error, "cannot tell whether the version is locked");
                    Ok(None)
                }
            }
        })
    }
}

/// Whether this is a whole UUID, and so the only version that it can mean.
fn is_full(reference: &str) -> bool {
    reference.len() == 32 && reference.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c))
}

/// The version that a reference means, if it is exactly one.
fn find(repos: &[Repo], reference: &str) -> Option<Node> {
    let (prefix, branch) = match reference.split_once(':') {
        Some((prefix, branch)) => (prefix, Some(branch)),
        None => (reference, None),
    };
    let (repo, uuid, version) = match (prefix, branch) {
        ("", None) => return None,
        ("", Some(_)) => only(repos.iter().filter_map(|repo| repo.dag.nodes.iter().next().map(|(u, v)| (repo, u, v))))?,
        _ => {
            let versions = repos.iter().flat_map(|repo| repo.dag.nodes.iter().map(move |(u, v)| (repo, u, v)));
            only(versions.filter(|(_, uuid, _)| uuid.starts_with(prefix)))?
        }
    };
    let (uuid, version) = match branch {
        None => (uuid, version),
        Some(branch) => only(leaves(&repo.dag, if branch == "master" { "" } else { branch }))?,
    };
    Some(Node { uuid: uuid.clone(), locked: version.locked })
}

/// The versions of a branch that have no child on it.
fn leaves<'a>(dag: &'a Dag, branch: &'a str) -> impl Iterator<Item = (&'a String, &'a Version)> {
    let on_branch = move |version: &Version| version.branch == branch;
    let is_leaf = move |version: &Version| {
        let children = version.children.iter().flatten();
        !children.into_iter().any(|id| dag.nodes.values().any(|child| child.id == *id && on_branch(child)))
    };
    dag.nodes.iter().filter(move |(_, version)| on_branch(version) && is_leaf(version))
}

fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    items.next().filter(|_| items.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn repos() -> Vec<Repo> {
        let version = |id: i64, branch: &str, children: &[i64], locked: bool| json!({"Branch": branch, "VersionID": id, "Children": children, "Locked": locked});
        let first = json!({"DAG": {"Nodes": {
            "aa11": version(1, "", &[2], true),
            "aa22": version(2, "", &[3, 4], true),
            "ab33": version(3, "", &[], false),
            "ac44": version(4, "work", &[], false),
        }}});
        let second = json!({"DAG": {"Nodes": {"b0": {"VersionID": 9}}}});
        [first, second].into_iter().map(|repo| serde_json::from_value(repo).unwrap()).collect()
    }

    #[test]
    fn references_mean_what_the_server_would_take_them_for() {
        let repos = repos();
        let uuid = |reference: &str| find(&repos, reference).map(|node| node.uuid);
        assert_eq!(uuid("aa2").as_deref(), Some("aa22"));
        assert_eq!(uuid("aa"), None, "ambiguous");
        assert_eq!(uuid("AA2"), None, "upper case never matches");
        assert_eq!(uuid("aa1:master").as_deref(), Some("ab33"), "the leaf of the unnamed branch");
        assert_eq!(uuid("aa11:work").as_deref(), Some("ac44"));
        assert_eq!(uuid("aa11:nosuch"), None);
        assert_eq!(uuid("aa11:a:b"), None);
        assert_eq!(uuid(":master"), None, "two repositories");
        assert_eq!(uuid(""), None);
        assert_eq!(find(&repos[1..], ":master").map(|node| node.locked), Some(None), "one repository, no lock state");
        assert_eq!(find(&repos, "aa2").and_then(|node| node.locked), Some(true));
    }

    #[test]
    fn whole_uuids_are_recognised() {
        assert!(is_full("2324fb7dfc6f4b9cabf6521b2ca57de1"));
        for text in ["2324", "2324FB7DFC6F4B9CABF6521B2CA57DE1", "2324fb7dfc6f4b9cabf6521b2ca57de1:master"] {
            assert!(!is_full(text), "{text}");
        }
    }
}
