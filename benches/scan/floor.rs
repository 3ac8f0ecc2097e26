//! The bare client: the same documents fetched with the same concurrency, and nothing done with
//! them. It runs as a process of its own, as everything does that is held against it.

use std::fs;
use std::path::Path;

use futures_util::StreamExt as _;
use futures_util::stream;

/// Fetches every URL in `list`, one a line, `concurrency` at once; prints how many bytes came.
pub(crate) fn run(list: &Path, concurrency: usize) -> u64 {
    let urls: Vec<String> = fs::read_to_string(list)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        stream::iter(urls)
            .map(|url| {
                let client = client.clone();
                async move {
                    let response = client.get(url).send().await.unwrap();
                    response.bytes().await.unwrap().len() as u64
                }
            })
            .buffer_unordered(concurrency)
            .fold(0, async |sum, bytes| sum + bytes)
            .await
    })
}
