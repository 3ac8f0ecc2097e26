//! What a run trusts, by the settings.

use jiff::Timestamp;

use crate::settings::Settings;
use dockyard_registry::evidence_dir::EvidenceDir;
use dockyard_registry::trust::tuf::{Refresh, Session};
use dockyard_registry::trust::{ScopeKeys, TrustHandle, load, read_scopes};
use package_provenance::trust::TrustError;
use package_provenance::trust::age::MaxAge;

/// Reads the trust material, or prepares to refresh it; with a note for people, if there is one.
pub(super) fn trust_material(
    settings: &Settings,
    folder: Option<&EvidenceDir>,
    now: Timestamp,
) -> Result<(TrustHandle, Option<String>), TrustError> {
    let mut named = settings.npm_scope_keys.clone();
    // Who wrote the folder may say whom not to trust, and no more.
    for scope in folder.into_iter().flat_map(EvidenceDir::scopes) {
        named.entry(scope.to_owned()).or_insert(ScopeKeys::Nobody);
    }
    let scopes = read_scopes(&named, settings.trust.npm_keys.is_some())?;
    let sumdb = settings.go.database.clone();
    let Some(options) = &settings.tuf else {
        let material = load(&settings.trust)?.with_scopes(scopes).with_sumdb(sumdb);
        return Ok((TrustHandle::ready(material), None));
    };
    let session = Session::prepare(options)?;
    let note = session.note().map(str::to_owned);
    let trust = TrustHandle::of(async move {
        let material = session.establish(Refresh::WhenOld, now).await?;
        Ok(material.with_scopes(scopes).with_sumdb(sumdb))
    });
    Ok((trust, note))
}

/// How old the trust material may be.
pub(super) fn max_age(settings: &Settings) -> MaxAge {
    match settings.trust_max_age {
        Some(days) => MaxAge::Asked(days),
        None => MaxAge::OfFallback,
    }
}

/// Whether the trust material is of Sigstore's public instance.
pub(super) fn trusts_public_good(settings: &Settings) -> bool {
    settings.tuf.as_ref().map_or_else(
        || settings.trust.trusted_root.is_none(),
        |tuf| tuf.root.is_none(),
    )
}
