//! A branch's newest commit.

use octocrab::models::repos::Object;
use octocrab::params::repos::Reference;

use super::client::checked;
use super::{ApiError, Client, RepositoryName, is_commit, segment};

/// The newest commit of `branch`. octocrab writes names into addresses as they are, so it is encoded
/// here.
///
/// # Errors
/// [`ApiError`]; also where the answer is about something else, of which nothing would be known of this
/// branch.
pub async fn newest(
    client: &Client,
    repository: &RepositoryName,
    branch: &str,
) -> Result<String, ApiError> {
    let encoded: Vec<String> = branch.split('/').map(segment).collect();
    let asked = Reference::Branch(encoded.join("/"));
    let repository = client.api().repos(repository.owner(), repository.name());
    let found = checked(repository.get_ref(&asked).await)?;
    let right = found.ref_field == format!("refs/heads/{branch}");
    if let Object::Commit { sha, .. } = found.object
        && right
        && is_commit(&sha)
    {
        return Ok(sha);
    }
    Err(ApiError::Unreadable(format!(
        "what GitHub says of the branch `{branch}` is about something else"
    )))
}
