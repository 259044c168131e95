//! Files of a set: found in a folder, named, read.

use std::path::{Path, PathBuf};

/// The files of a folder whose names end so, sorted by name.
pub(super) fn with_ending(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, String> {
    let complaint = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(complaint)? {
        let path = entry.map_err(complaint)?.path();
        if path.is_file() && stem(&path, "").ends_with(ending) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// The file's name without its ending.
pub(super) fn stem(path: &Path, ending: &str) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    name.strip_suffix(ending).unwrap_or(&name).to_owned()
}

/// The file's text without a byte order mark, as the decoder takes it.
pub(super) fn read(path: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", stem(path, "")))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
