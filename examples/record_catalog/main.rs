//! Records the evidence and the trust material of `examples/catalog` anew, the same bytes every
//! time: `cargo run --example record_catalog`. The specs there are written by hand.

mod recording;
mod releases;

use std::error::Error;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let catalog = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/catalog");
    for folder in releases::FOLDERS {
        match fs::remove_dir_all(catalog.join(folder)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    let files = releases::files()?;
    for (path, bytes) in &files {
        let path = catalog.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, bytes)?;
    }
    let size: usize = files.values().map(Vec::len).sum();
    writeln!(
        std::io::stdout(),
        "recorded {} files, {} KiB, below {}",
        files.len(),
        size / 1024,
        catalog.display()
    )?;
    Ok(())
}
