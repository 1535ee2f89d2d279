//! Puts the built page into the binary: takes the files of `web/dist`, gives a table of them.
//!
//! Without that folder the table is empty, so that Rust builds without Node; the daemon then says at `/` how to
//! build the page.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web").canonicalize()?;
    let dist = web.join("dist");
    // A path that does not exist would make every build a new one.
    let watched = if dist.is_dir() { &dist } else { &web };
    println!("cargo::rerun-if-changed={}", watched.display());
    println!("cargo::rerun-if-changed=build.rs");
    let mut files = Vec::new();
    if dist.is_dir() {
        find(&dist, &mut files)?;
    }
    files.sort();
    let mut table = "&[\n".to_owned();
    for file in files.iter().filter(|file| !is_packed(file)) {
        let path = file.strip_prefix(&dist).unwrap_or(file).to_string_lossy().replace('\\', "/");
        let packed = files.iter().find(|other| is_packed(other) && other.with_extension("") == **file);
        let packed = packed.map_or("None".to_owned(), |packed| format!("Some(include_bytes!({packed:?}))"));
        // Writing to a String cannot fail.
        _ = writeln!(table, "File {{ path: {path:?}, bytes: include_bytes!({file:?}), packed: {packed} }},");
    }
    table.push(']');
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("page.rs"), table)
}

fn is_packed(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "gz")
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
