//! Trust material that may still be on its way while the first packages are fetched.

use std::future::Future;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, ready};

use crate::collect::NpmKeySource;
use package_provenance::package::NpmName;
use package_provenance::trust::{Established, NpmKeys, TrustFailure, TrustMaterial};

/// A claim to [`Established`]; every clone gets the same one.
#[derive(Clone)]
pub struct TrustHandle(Shared<BoxFuture<'static, Established>>);

impl TrustHandle {
    /// Of material that is here.
    pub fn ready(material: TrustMaterial) -> Self {
        Self(ready(Ok(Arc::new(material))).boxed().shared())
    }

    /// Of material that `work` establishes, once, from [`TrustHandle::begin`] on or when it is first
    /// waited for.
    pub fn of(
        work: impl Future<Output = Result<TrustMaterial, TrustFailure>> + Send + 'static,
    ) -> Self {
        Self(work.map(|outcome| outcome.map(Arc::new)).boxed().shared())
    }

    /// Begins the work beside whatever else is done.
    pub fn begin(&self) {
        drop(tokio::spawn(self.0.clone()));
    }

    /// It, if it is here.
    pub fn peek(&self) -> Option<Established> {
        self.0.peek().cloned()
    }

    /// Waits for it.
    ///
    /// # Errors
    /// [`TrustFailure`]; nothing may be verified then.
    pub async fn get(&self) -> Established {
        self.0.clone().await
    }
}

impl NpmKeySource for TrustMaterial {
    async fn npm_keys(&self, name: &NpmName) -> Option<NpmKeys> {
        Some(self.keyring(name).keys.clone())
    }
}

impl NpmKeySource for TrustHandle {
    async fn npm_keys(&self, name: &NpmName) -> Option<NpmKeys> {
        self.get().await.ok()?.npm_keys(name).await
    }
}
