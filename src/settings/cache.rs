//! What is kept between runs.

use std::path::PathBuf;

use super::Environment;
use super::definition::{Holds, Sources, options};

options! {
    /// Where answers and trust metadata are kept between runs. Never from the configuration file: a pull
    /// request could name a folder that it has filled.
    #[derive(Default)]
    #[command(next_help_heading = "Cache")]
    pub struct Cache {
        /// Keep answers and trust metadata between runs in this folder
        #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
        cache_dir: Option<PathBuf> => Sources::FLAG
            .input("cache-dir")
            .default(Holds::Says("`dockyard-provenance` in the platform's cache folder"))
            .note("To be kept with `actions/cache`; without it, it is in the container and lasts for the \
                   job. Not one of the repository's own folders."),

        /// Keep nothing between runs, and use nothing that was kept
        #[arg(long)]
        no_cache: bool => Sources::FLAG.input("no-cache"),
    }
}

/// Where answers are kept between runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum CacheChoice {
    /// Nowhere, because it was not wanted.
    Off,
    /// Nowhere, because the environment names no folder for it.
    #[default]
    Nowhere,
    /// Below this folder.
    Folder(PathBuf),
}

impl Cache {
    pub(super) fn settle(&self, environment: &Environment) -> CacheChoice {
        match self
            .cache_dir
            .as_ref()
            .or(environment.cache_folder.as_ref())
        {
            _ if self.no_cache => CacheChoice::Off,
            Some(folder) => CacheChoice::Folder(folder.clone()),
            None => CacheChoice::Nowhere,
        }
    }
}
