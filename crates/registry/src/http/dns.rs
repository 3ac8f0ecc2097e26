//! Host names, looked up once.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

type Found = Result<Arc<[SocketAddr]>, Unresolved>;
type Lookup = Shared<BoxFuture<'static, Found>>;
type Resolver = fn(String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>>;

/// Why a name has no address.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
struct Unresolved(Arc<str>);

/// The addresses of names, asked of the system once for all connections, those under way included.
/// A lookup that failed is not cached.
#[derive(Clone)]
pub(super) struct Names {
    resolver: Resolver,
    lookups: Arc<Mutex<HashMap<String, Lookup>>>,
}

impl Default for Names {
    fn default() -> Self {
        Self::asking(|name| {
            async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) }.boxed()
        })
    }
}

impl Names {
    fn asking(resolver: Resolver) -> Self {
        Self {
            resolver,
            lookups: Arc::default(),
        }
    }

    async fn look_up(self, name: String) -> Found {
        let resolver = self.resolver;
        let lookup = self.with(|lookups| {
            let new = || {
                let asked = resolver(name.clone());
                async move { addresses(asked.await) }.boxed().shared()
            };
            lookups.entry(name.clone()).or_insert_with(new).clone()
        });
        let found = lookup.clone().await;
        if found.is_err() {
            self.with(|lookups| {
                if lookups
                    .get(&name)
                    .is_some_and(|cached| cached.ptr_eq(&lookup))
                {
                    lookups.remove(&name);
                }
            });
        }
        found
    }

    fn with<T>(&self, change: impl FnOnce(&mut HashMap<String, Lookup>) -> T) -> T {
        change(&mut self.lookups.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn addresses(answer: io::Result<Vec<SocketAddr>>) -> Found {
    match answer {
        Ok(addresses) if addresses.is_empty() => Err(Unresolved("it has no address".into())),
        Ok(addresses) => Ok(addresses.into()),
        Err(error) => Err(Unresolved(error.to_string().into())),
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let lookup = self.clone().look_up(name.as_str().to_ascii_lowercase());
        Box::pin(async move {
            let found = lookup.await?;
            let count = found.len();
            let addresses = (0..count).map_while(move |at| found.get(at).copied());
            Ok(Box::new(addresses) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests;
