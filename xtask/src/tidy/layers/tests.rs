use super::*;

const TEXT: &str = "
| Crate | May build on | Never depends on | Why |
|---|---|---|---|
| `ground` | nothing | `middle`, `top` | it is the ground |
| `middle` | `ground` | `top` | order |
| `top` | `middle` | nothing | it is the top |

| From outside | Only in | Why |
|---|---|---|
| `tokio`, `axum` | `top` | async stays at the rim |
";

fn package(name: &str, dependencies: &[&str]) -> Package {
    let dependencies = dependencies.iter().map(ToString::to_string).collect();
    Package { name: name.to_owned(), folder: name.into(), has_library: true, dependencies }
}

fn good() -> Vec<Package> {
    vec![package("ground", &["serde"]), package("middle", &["ground"]), package("top", &["ground", "middle", "tokio"])]
}

fn messages(text: &str, packages: &[Package]) -> Vec<String> {
    Layering::parse(text).unwrap().complaints(packages).iter().map(ToString::to_string).collect()
}

#[test]
fn members_that_keep_to_the_table_are_left_alone() {
    assert_eq!(messages(TEXT, &good()), [""; 0]);
}

#[test]
fn a_dependency_upwards_is_named() {
    let mut packages = good();
    packages[0] = package("ground", &["middle"]);
    assert_eq!(messages(TEXT, &packages), ["ground/Cargo.toml: `ground` never depends on `middle` (ARCHITECTURE.md)"]);
}

#[test]
fn a_crate_from_outside_keeps_to_its_place() {
    let mut packages = good();
    packages[1] = package("middle", &["ground", "axum"]);
    let found = messages(TEXT, &packages);
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("`middle` never depends on `axum`"), "{found:?}");
}

#[test]
fn a_member_without_a_row_is_missed_by_the_table_and_by_every_row() {
    let mut packages = good();
    packages.push(package("new", &[]));
    let found = messages(TEXT, &packages);
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found.iter().all(|message| message.contains("`new`")), "{found:?}");
}

#[test]
fn rows_out_of_order_or_that_contradict_themselves_are_wrong() {
    let upside_down = TEXT.replace("| `middle` | `ground` | `top` |", "| `middle` | `ground`, `top` | nothing |");
    assert!(messages(&upside_down, &good()).iter().any(|message| message.contains("not a row above")));
    let both = TEXT.replace("| `middle` | `ground` | `top` |", "| `middle` | `ground` | `top`, `ground` |");
    assert_eq!(messages(&both, &good()).len(), 1);
    let silent = TEXT.replace("| `middle` | `ground` | `top` |", "| `middle` | `ground` | nothing |");
    assert!(messages(&silent, &good())[0].contains("says nothing about `top`"));
}

#[test]
fn a_page_without_its_tables_is_an_error() {
    assert!(Layering::parse("# Architecture\n").is_err());
    let without_reason = TEXT.replace("| order |", "| |");
    assert!(Layering::parse(&without_reason).is_err());
}
