//! Where the viewer comes from.

use std::env;
use std::path::{Path, PathBuf};

use facade::ng_layer::PUBLIC_VIEWER;

/// Names a folder or a page for all calls.
const VARIABLE: &str = "VOXSCOPE_VIEWER";
/// Where a folder may lie, seen from the folder of the program: installed, and as built in this workspace.
const PLACES: [&str; 2] = ["../share/voxscope/viewer", "../viewer"];

/// Where the viewer comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Viewer {
    /// From the server, which has it from a folder.
    Folder(PathBuf),
    /// From somewhere else.
    Page(String),
}

/// What was stated, else what the environment says (the public page where that is empty), else a folder beside the program,
/// else the public page.
pub(super) fn choose(stated: Option<&str>) -> Viewer {
    let program = env::current_exe().and_then(|program| program.canonicalize()).ok();
    let folder = program.as_deref().and_then(Path::parent);
    of(stated, env::var(VARIABLE).ok().as_deref(), folder)
}

fn of(stated: Option<&str>, variable: Option<&str>, program: Option<&Path>) -> Viewer {
    match stated.or(variable) {
        Some("") => Viewer::Page(PUBLIC_VIEWER.to_owned()),
        Some(page) if page.contains("://") => Viewer::Page(page.to_owned()),
        Some(folder) => Viewer::Folder(folder.into()),
        None => {
            let places = program.into_iter().flat_map(|program| PLACES.map(|place| program.join(place)));
            let found = places.into_iter().find(|place| place.join("index.html").is_file());
            found.map_or_else(|| Viewer::Page(PUBLIC_VIEWER.to_owned()), Viewer::Folder)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stated_counts_first_and_the_public_page_last() {
        let page = |page: &str| Viewer::Page(page.to_owned());
        let here = tempfile::tempdir().unwrap();
        let program = here.path().join("bin");
        std::fs::create_dir_all(&program).unwrap();
        assert_eq!(of(None, None, Some(&program)), page(PUBLIC_VIEWER));
        for place in ["viewer", "share/voxscope/viewer"] {
            let folder = here.path().join(place);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("index.html"), "").unwrap();
            assert_eq!(of(None, None, Some(&program)), Viewer::Folder(program.join("..").join(place)));
        }
        assert_eq!(of(None, Some(""), Some(&program)), page(PUBLIC_VIEWER), "empty: none of these");
        assert_eq!(of(None, Some("a/b"), Some(&program)), Viewer::Folder("a/b".into()));
        assert_eq!(of(Some("c"), Some("a/b"), None), Viewer::Folder("c".into()));
        assert_eq!(of(Some("https://clio-ng.janelia.org"), Some("a/b"), None), page("https://clio-ng.janelia.org"));
    }
}
