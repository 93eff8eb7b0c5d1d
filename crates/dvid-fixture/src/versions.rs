//! Repositories and their versions: which node a reference names.

use serde_json::Value;

/// One version of a repo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) uuid: String,
    /// Stored name of the branch: empty for the one that references call `master`.
    pub(crate) branch: String,
    /// Position of the parent in the repo.
    pub(crate) parent: Option<usize>,
}

/// A repo: its versions, the root first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Repo {
    pub(crate) nodes: Vec<Node>,
    /// Names and types of the instances.
    pub(crate) instances: Vec<(String, String)>,
}

/// All repos of a server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Repos(pub(crate) Vec<Repo>);

/// Place of a node: repo, node.
pub(crate) type Place = (usize, usize);

impl Repo {
    pub(crate) fn root(&self) -> &str {
        &self.nodes[0].uuid
    }

    /// The node of a branch that has no child on the same branch.
    fn leaf(&self, branch: &str) -> Option<usize> {
        let stored = if branch == "master" { "" } else { branch };
        let on_branch = |index: &usize| self.nodes[*index].branch == stored;
        (0..self.nodes.len())
            .filter(on_branch)
            .find(|index| !self.nodes.iter().any(|node| node.parent == Some(*index) && node.branch == stored))
    }

    /// UUIDs from the leaf of a branch up to the root; none for an unknown branch.
    pub(crate) fn branch_versions(&self, branch: &str) -> Vec<&str> {
        let mut uuids = Vec::new();
        let mut next = self.leaf(branch);
        while let Some(index) = next {
            uuids.push(self.nodes[index].uuid.as_str());
            next = self.nodes[index].parent;
        }
        uuids
    }
}

impl Repos {
    /// The node that `reference` names, by the rules of the real server, or its message.
    ///
    /// A prefix must be unique over all nodes of the server, and a whole UUID has no priority over one that it begins.
    pub(crate) fn resolve(&self, reference: &str) -> Result<Place, String> {
        let parts: Vec<_> = reference.split(':').collect();
        match parts[..] {
            [prefix] => self.by_prefix(prefix),
            [prefix, branch] => {
                let repo = if prefix.is_empty() { self.only_repo()? } else { self.by_prefix(prefix)?.0 };
                let leaf = self.0[repo]
                    .leaf(branch)
                    .ok_or_else(|| format!("branch \"{branch}\" not found in repo \"{}\"", self.0[repo].root()))?;
                Ok((repo, leaf))
            }
            _ => Err(format!("bad UUID specification \"{reference}\"")),
        }
    }

    fn by_prefix(&self, prefix: &str) -> Result<Place, String> {
        let mut found = None;
        for (r, repo) in self.0.iter().enumerate() {
            for (n, node) in repo.nodes.iter().enumerate() {
                if !node.uuid.starts_with(prefix) {
                    continue;
                }
                if found.replace((r, n)).is_some() {
                    return Err(format!("more than one UUID matches {prefix}"));
                }
            }
        }
        found.ok_or_else(|| format!("could not find UUID with partial match to {prefix}"))
    }

    fn only_repo(&self) -> Result<usize, String> {
        match self.0.len() {
            1 => Ok(0),
            _ => Err("UUID must be specified if more than one repo exists".to_owned()),
        }
    }

    /// Reads an answer to `/api/repos/info`; what it lacks is left out.
    pub(crate) fn from_info(info: &Value) -> Self {
        let repos = info.as_object().into_iter().flat_map(|repos| repos.values());
        Self(repos.filter_map(repo_from_info).collect())
    }
}

fn repo_from_info(info: &Value) -> Option<Repo> {
    let root = info["Root"].as_str()?;
    let nodes = info["DAG"]["Nodes"].as_object()?;
    let mut ordered: Vec<&Value> = nodes.values().collect();
    // The root first; parents are named by numbers that mean nothing outside of this answer.
    ordered.sort_by_key(|node| (node["UUID"].as_str() != Some(root), node["VersionID"].as_u64()));
    let version = |id: &Value| ordered.iter().position(|node| node["VersionID"] == *id);
    let nodes = ordered
        .iter()
        .map(|node| {
            Some(Node {
                uuid: node["UUID"].as_str()?.to_owned(),
                branch: node["Branch"].as_str().unwrap_or_default().to_owned(),
                parent: node["Parents"].get(0).and_then(version),
            })
        })
        .collect::<Option<Vec<_>>>()?;
    let instances = info["DataInstances"].as_object().into_iter().flatten();
    let instances = instances
        .map(|(name, instance)| (name.clone(), instance["Base"]["TypeName"].as_str().unwrap_or_default().to_owned()));
    Some(Repo { nodes, instances: instances.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repo(nodes: &[(&str, &str, Option<usize>)]) -> Repo {
        let node =
            |&(uuid, branch, parent): &(&str, &str, _)| Node { uuid: uuid.into(), branch: branch.into(), parent };
        Repo { nodes: nodes.iter().map(node).collect(), instances: Vec::new() }
    }

    fn one() -> Repos {
        Repos(vec![repo(&[
            ("aa1", "", None),
            ("ab2", "", Some(0)),
            ("ac3", "side", Some(0)),
            ("v1", "", None),
            ("v1.0", "t", None),
        ])])
    }

    #[test]
    fn prefixes_and_branches() {
        let repos = one();
        assert_eq!(repos.resolve("aa"), Ok((0, 0)));
        assert_eq!(repos.resolve("aa1:master"), Ok((0, 1)));
        assert_eq!(repos.resolve(":side"), Ok((0, 2)));
        assert_eq!(repos.resolve("a"), Err("more than one UUID matches a".into()));
        assert_eq!(repos.resolve("v1"), Err("more than one UUID matches v1".into()), "no priority for the whole name");
        assert_eq!(repos.resolve("AA"), Err("could not find UUID with partial match to AA".into()));
        assert_eq!(repos.resolve("aa:x"), Err("branch \"x\" not found in repo \"aa1\"".into()));
        assert_eq!(repos.resolve("a:b:c"), Err("bad UUID specification \"a:b:c\"".into()));
        assert_eq!(repos.0[0].branch_versions("side"), ["ac3", "aa1"]);
        assert!(repos.0[0].branch_versions("nosuch").is_empty());
    }

    #[test]
    fn a_branch_alone_needs_a_single_repo() {
        let repos = Repos(vec![repo(&[("aa", "", None)]), repo(&[("bb", "", None)])]);
        assert_eq!(repos.resolve(":master"), Err("UUID must be specified if more than one repo exists".into()));
    }
}
