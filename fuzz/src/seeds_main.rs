//! Writes the inputs that fuzzing begins with: `fuzz/corpus/TARGET/seed-N`.

use std::path::Path;
use std::{fs, io};

use pmsl_fuzz::readers::READERS;

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    for reader in READERS {
        let corpus = folder.join("corpus").join(reader.name);
        fs::create_dir_all(&corpus)?;
        for (number, seed) in (reader.seeds)(&folder.join("..")).iter().enumerate() {
            fs::write(corpus.join(format!("seed-{number}")), seed)?;
        }
    }
    Ok(())
}
