//! The one repo of the server: versions, and the documents about them.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::options::{NodeState, Version};
use super::refusal::{Refusal, Result, bad};
use super::volume::Volume;
use super::{info, json};
use crate::Error;
use crate::http::{Request, Response};
use crate::versions::{Node, Repo, Repos};
use crate::wording::not_found;

/// When everything was made; a fixture has no history.
const MADE: &str = "2026-01-01T00:00:00Z";

#[derive(Debug)]
pub(super) struct RepoModel {
    alias: String,
    repos: Repos,
    states: Vec<NodeState>,
}

/// A version that a reference names.
#[derive(Debug, Clone, Copy)]
pub(super) struct NodeView<'a> {
    pub(super) uuid: &'a str,
    pub(super) state: NodeState,
}

impl RepoModel {
    pub(super) fn new(alias: &str, versions: &[Version]) -> crate::Result<Self> {
        let mut nodes: Vec<Node> = Vec::new();
        for version in versions {
            let refused = |reason: &str| Error::Version { uuid: version.uuid.clone(), reason: reason.to_owned() };
            let parent = version.parent.as_ref().map(|parent| nodes.iter().position(|node| node.uuid == *parent));
            let parent = match (parent, nodes.len()) {
                (None, 0) => None,
                (Some(Some(parent)), _) => Some(parent),
                (None, _) => return Err(refused("only the first version, the root, has no parent")),
                (Some(None), _) => return Err(refused("its parent has to stand before it in the list")),
            };
            if version.uuid.is_empty() || version.uuid.contains(['/', ':', '?', '#', '%']) {
                return Err(refused("a UUID is a text without / : ? # %"));
            }
            if nodes.iter().any(|node| node.uuid == version.uuid) {
                return Err(refused("two versions have this UUID"));
            }
            if version.branch == "master" {
                return Err(refused("the branch that references call master has the empty name"));
            }
            nodes.push(Node { uuid: version.uuid.clone(), branch: version.branch.clone(), parent });
        }
        if nodes.is_empty() {
            return Err(Error::Version { uuid: String::new(), reason: "a repo has at least its root".to_owned() });
        }
        let repos = Repos(vec![Repo { nodes, instances: Vec::new() }]);
        Ok(Self { alias: alias.to_owned(), repos, states: versions.iter().map(|version| version.state).collect() })
    }

    pub(super) fn root(&self) -> &str {
        self.repos.0[0].root()
    }

    pub(super) fn resolve(&self, reference: &str) -> Result<NodeView<'_>> {
        let (_, node) = self.repos.resolve(reference).map_err(Refusal::Bad)?;
        Ok(NodeView { uuid: &self.repos.0[0].nodes[node].uuid, state: self.states[node] })
    }

    /// The answer to everything that is not about one instance.
    pub(super) fn answer(&self, request: &Request, segments: &[&str], instances: &[Arc<Volume>]) -> Result<Response> {
        if !matches!(request.method(), "GET" | "HEAD") {
            return self.refuse_write(segments);
        }
        match *segments {
            ["api", "heartbeat"] => Ok(text("OK")),
            ["api", "server", "info"] => Ok(json(&server_info(request))),
            ["api", "server", "note"] => Ok(text("dvid-fixture")),
            ["api", "server", "types" | "compiled-types"] => Ok(json(&types(instances))),
            ["api", "repos", "info"] => Ok(json(&json!({ self.root(): self.info(instances) }))),
            ["api", "repo", reference] if request.method() == "HEAD" => {
                self.resolve(reference).map(|node| text(&format!("UUID {} exists\n", node.uuid)))
            }
            ["api", "repo", reference, "info"] => self.resolve(reference).map(|_| json(&self.info(instances))),
            ["api", "repo", reference, "log"] => self.resolve(reference).map(|_| json(&json!({"log": []}))),
            ["api", "repo", reference, "branch-versions", branch] => {
                self.resolve(reference).map(|_| json(&json!(self.repos.0[0].branch_versions(branch))))
            }
            ["api", "node", reference, "status" | "commit"] => {
                self.resolve(reference).map(|node| json(&json!({"Locked": node.state == NodeState::Locked})))
            }
            ["api", "node", reference, "note"] => self.resolve(reference).map(|_| json(&json!({"note": ""}))),
            ["api", "node", reference, "log"] => self.resolve(reference).map(|_| json(&json!({"log": []}))),
            _ => Ok(not_found()),
        }
    }

    fn refuse_write(&self, segments: &[&str]) -> Result<Response> {
        if let ["api", "node", reference, "note" | "log"] = *segments {
            let node = self.resolve(reference)?;
            if node.state == NodeState::Locked {
                return bad(format!("Cannot do post on locked node {}", node.uuid));
            }
        }
        bad(super::verbs::READ_ONLY)
    }

    fn info(&self, instances: &[Arc<Volume>]) -> Value {
        let described = |volume: &Arc<Volume>| (volume.name.clone(), info::instance(volume, self.root()));
        let data: Map<String, Value> = instances.iter().map(described).collect();
        let nodes = &self.repos.0[0].nodes;
        let nodes: Map<String, Value> =
            (0..nodes.len()).map(|index| (nodes[index].uuid.clone(), self.node_info(index))).collect();
        json!({
            "Root": self.root(), "Alias": self.alias, "Description": "", "Log": [], "Properties": {},
            "DataInstances": data,
            "DAG": {"Root": self.root(), "Nodes": nodes},
            "MutationID": 1_000_000_000u64, "SavedMutationID": 1_000_000_100u64,
            "Created": MADE, "Updated": MADE,
        })
    }

    fn node_info(&self, index: usize) -> Value {
        let nodes = &self.repos.0[0].nodes;
        let version_id = |index: usize| index + 1;
        let parents: Vec<_> = nodes[index].parent.into_iter().map(version_id).collect();
        let children = (0..nodes.len()).filter(|child| nodes[*child].parent == Some(index));
        let children: Vec<_> = children.map(version_id).collect();
        json!({
            "Branch": nodes[index].branch, "Note": "", "Log": [], "UUID": nodes[index].uuid,
            "VersionID": version_id(index), "Locked": self.states[index] == NodeState::Locked,
            "Parents": parents, "Children": children, "Created": MADE, "Updated": MADE,
        })
    }
}

fn text(text: &str) -> Response {
    Response::new(200).with_header("Content-Type", "text/plain").with_body(text)
}

/// Every value is a text, numbers too.
fn server_info(request: &Request) -> Value {
    json!({
        "Cores": "1", "DVID Version": concat!("dvid-fixture ", env!("CARGO_PKG_VERSION")), "Datastore Version": "0.11.0",
        "Host": request.header("Host").unwrap_or_default(), "Maximum Cores": "1", "Mode": "read only",
        "Note": "dvid-fixture", "Server time": MADE, "Server uptime": "0s", "Storage backend": "memory",
    })
}

fn types(instances: &[Arc<Volume>]) -> Value {
    let types =
        instances.iter().map(|volume| (volume.voxel_type.name().to_owned(), Value::from(volume.voxel_type.url())));
    Value::Object(types.collect())
}
