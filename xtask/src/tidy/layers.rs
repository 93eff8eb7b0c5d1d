//! Which member may depend on which, read from the two tables of `ARCHITECTURE.md` and compared with what cargo says.
//!
//! The tables are the rule, not a copy of it: so the page cannot say anything else than what is enforced.
//!
//! - Under `| Crate | May build on | Never depends on | Why |` stands one row for every member, in layers from the ground up.
//!   `May build on` names rows above; a member may also depend on whatever those may build on. `Never depends on` has to name
//!   all the others, so that whoever adds a crate decides about each of its neighbours.
//! - Under `| From outside | Only in | Why |` stand third-party crates that only the named members may depend on.
//!
//! Dependencies of tests (dev-dependencies) are free.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::Complaint;
use crate::Result;
use crate::workspace::Package;

const PAGE: &str = "ARCHITECTURE.md";
const MEMBERS: &str = "| Crate | May build on | Never depends on | Why |";
const OUTSIDERS: &str = "| From outside | Only in | Why |";

/// The two tables.
#[derive(Debug)]
pub(super) struct Layering {
    rows: Vec<Row>,
    outsiders: Vec<Outsiders>,
}

#[derive(Debug)]
struct Row {
    member: String,
    may: BTreeSet<String>,
    never: BTreeSet<String>,
}

#[derive(Debug)]
struct Outsiders {
    crates: BTreeSet<String>,
    only_in: BTreeSet<String>,
}

impl Layering {
    pub(super) fn read(page: &Path) -> Result<Self> {
        let text = fs::read_to_string(page).map_err(|error| format!("{}: {error}", page.display()))?;
        Self::parse(&text)
    }

    fn parse(text: &str) -> Result<Self> {
        let rows = table(text, MEMBERS)?.into_iter().map(|cells| match cells.as_slice() {
            [member, may, never, why] if names(member).len() == 1 && !why.is_empty() => {
                Ok(Row { member: names(member).into_iter().collect(), may: names(may), never: names(never) })
            }
            _ => Err(format!("{PAGE}: a row of `{MEMBERS}` is not of that form: {cells:?}").into()),
        });
        let outsiders = table(text, OUTSIDERS)?.into_iter().map(|cells| match cells.as_slice() {
            [crates, only_in, why] if !names(crates).is_empty() && !why.is_empty() => {
                Ok(Outsiders { crates: names(crates), only_in: names(only_in) })
            }
            _ => Err(format!("{PAGE}: a row of `{OUTSIDERS}` is not of that form: {cells:?}").into()),
        });
        Ok(Self { rows: rows.collect::<Result<_>>()?, outsiders: outsiders.collect::<Result<_>>()? })
    }

    /// What is wrong with the tables, and where the members differ from them.
    pub(super) fn complaints(&self, packages: &[Package]) -> Vec<Complaint> {
        let members: BTreeSet<String> = packages.iter().map(|package| package.name.clone()).collect();
        let mut found = self.wrong_rows(&members);
        let allowed = self.allowed();
        for package in packages {
            let dependencies: BTreeSet<String> = package.dependencies.iter().cloned().collect();
            let nothing = BTreeSet::new();
            let allowed = allowed.get(package.name.as_str()).unwrap_or(&nothing);
            for other in dependencies.intersection(&members).filter(|other| !allowed.contains(*other)) {
                found.push(Complaint::new(
                    manifest_of(package),
                    format!("`{}` never depends on `{other}` ({PAGE})", package.name),
                ));
            }
            found.extend(self.intruders(package, &dependencies));
        }
        found
    }

    /// What each member may depend on, at any distance.
    fn allowed(&self) -> BTreeMap<&str, BTreeSet<String>> {
        let mut allowed: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for row in &self.rows {
            let further = row.may.iter().filter_map(|member| allowed.get(member.as_str())).flatten().cloned();
            let all: BTreeSet<String> = further.chain(row.may.iter().cloned()).collect();
            allowed.insert(&row.member, all);
        }
        allowed
    }

    /// Every member once, building only on rows above, and saying of every other whether it may depend on it.
    fn wrong_rows(&self, members: &BTreeSet<String>) -> Vec<Complaint> {
        let mut messages = Vec::new();
        let mut above: BTreeSet<String> = BTreeSet::new();
        let allowed = self.allowed();
        for Row { member, may, never } in &self.rows {
            for lower in may.difference(&above) {
                messages.push(format!("`{member}` may build on `{lower}`, which is not a row above it"));
            }
            if !above.insert(member.clone()) || !members.contains(member) {
                messages.push(format!("`{member}` is not a member, or has two rows"));
            }
            let mut others: BTreeSet<String> = members.difference(&allowed[member.as_str()]).cloned().collect();
            others.remove(member);
            for missing in others.difference(never) {
                messages.push(format!("the row of `{member}` says nothing about `{missing}`"));
            }
            for extra in never.difference(&others) {
                messages.push(format!("the row of `{member}` names `{extra}` among what it never depends on, which it may, or which is no member"));
            }
        }
        messages.extend(members.difference(&above).map(|member| format!("`{member}` has no row under `{MEMBERS}`")));
        messages.into_iter().map(|message| Complaint::new(PAGE, message)).collect()
    }

    fn intruders(&self, package: &Package, dependencies: &BTreeSet<String>) -> Vec<Complaint> {
        let elsewhere = self.outsiders.iter().filter(|outsiders| !outsiders.only_in.contains(&package.name));
        let found = elsewhere.flat_map(|outsiders| outsiders.crates.intersection(dependencies));
        let message =
            |other| format!("`{}` never depends on `{other}`, which has its place elsewhere ({PAGE})", package.name);
        found.map(|other| Complaint::new(manifest_of(package), message(other))).collect()
    }
}

fn manifest_of(package: &Package) -> String {
    format!("{}/Cargo.toml", package.name)
}

/// The cells of the rows under a heading, without the line that separates them.
fn table(text: &str, heading: &str) -> Result<Vec<Vec<String>>> {
    let mut lines = text.lines().map(str::trim).skip_while(|line| *line != heading);
    lines.next().ok_or_else(|| format!("{PAGE}: the table `{heading}` is missing"))?;
    let rows = lines.skip(1).take_while(|line| line.starts_with('|'));
    let cells = |row: &str| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    Ok(rows.map(cells).collect())
}

/// The names in backticks.
fn names(cell: &str) -> BTreeSet<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
