//! What a repository has: refs, objects, and how commits lie to each other.

use std::collections::BTreeSet;

use super::documents;
use super::history::{Commit, Object};
use super::state::Repository;

impl Repository {
    /// Adds a commit of these parents, with a file at each of `files`; its id.
    pub fn commit(&mut self, id: &str, parents: &[&str], files: &[&str]) -> String {
        let parents = parents.iter().map(|parent| (*parent).to_owned()).collect();
        let signature = None;
        self.history
            .commits
            .insert(id.to_owned(), Commit { parents, signature });
        for file in files {
            let text = b"---\nname: a skill\n---\n".to_vec();
            self.files.insert((id.to_owned(), (*file).to_owned()), text);
        }
        id.to_owned()
    }

    /// Points a branch to a commit.
    pub fn branch(&mut self, name: &str, commit: &str) {
        self.branches
            .insert(name.to_owned(), Some(commit.to_owned()));
    }

    pub(super) fn id(&self, name: &str) -> u64 {
        self.history.id.unwrap_or_else(|| documents::user_id(name))
    }

    pub(super) fn default_branch(&self) -> String {
        let named = self.history.default_branch.clone();
        named.unwrap_or_else(|| "main".to_owned())
    }

    pub(super) fn may_read(&self) -> bool {
        let permissions = self.knobs.permissions.as_ref();
        permissions.is_none_or(|it| it.contains_key("contents"))
    }

    /// What a full ref name points to.
    pub(super) fn reference(&self, full: &str) -> Option<Object> {
        if let Some(tag) = full.strip_prefix("refs/tags/") {
            let (oid, commit) = self.history.tags.get(tag)?.clone();
            return Some(Object::Tag { oid, commit });
        }
        let branch = full.strip_prefix("refs/heads/")?;
        let base_branch = self.knobs.base_branch.as_deref().unwrap_or("main");
        match self.branches.get(branch) {
            Some(commit) => commit.clone().map(Object::Commit),
            None if branch == base_branch && self.has(documents::BASE) => {
                Some(Object::Commit(documents::BASE.to_owned()))
            }
            None => None,
        }
    }

    fn has(&self, commit: &str) -> bool {
        self.history.commits.contains_key(commit)
            || self.files.keys().any(|(known, _)| known == commit)
    }

    pub(super) fn object(&self, oid: &str) -> Option<Object> {
        self.has(oid).then(|| Object::Commit(oid.to_owned()))
    }

    /// `COMMIT:PATH`.
    pub(super) fn expression(&self, text: &str) -> Option<Object> {
        let (commit, path) = text.split_once(':')?;
        if !self.has(commit) {
            return None;
        }
        let key = (commit.to_owned(), path.to_owned());
        if let Some(bytes) = self.files.get(&key) {
            let (path, bytes) = (path.to_owned(), bytes.clone());
            return Some(Object::Blob { path, bytes });
        }
        let prefix = format!("{path}/");
        let below = |(file, _): &(String, u64)| path.is_empty() || file.starts_with(&prefix);
        let commit = commit.to_owned();
        self.paths(&commit).iter().any(below).then(|| Object::Tree {
            commit,
            path: path.to_owned(),
        })
    }

    /// The files of a commit with their modes; a file whose content begins so is a link.
    pub(super) fn paths(&self, commit: &str) -> Vec<(String, u64)> {
        let files = self.files.iter().filter(|((of, _), _)| of == commit);
        files
            .map(|((_, path), bytes)| {
                let link = bytes.starts_with(b"LINK:");
                (path.clone(), if link { 0o120_000 } else { 0o100_644 })
            })
            .collect()
    }

    /// GraphQL's word for how `head` lies to `base`; none where they have nothing in common.
    pub(super) fn compare(&self, base: &str, head: &str) -> Option<&'static str> {
        let (of_base, of_head) = (self.ancestors(base), self.ancestors(head));
        let behind = of_base.contains(head);
        let ahead = of_head.contains(base);
        match (behind, ahead) {
            (true, true) => Some("IDENTICAL"),
            (true, false) => Some("BEHIND"),
            (false, true) => Some("AHEAD"),
            (false, false) if of_base.is_disjoint(&of_head) => None,
            (false, false) => Some("DIVERGED"),
        }
    }

    /// The newest commit that both have.
    pub(super) fn merge_base(&self, base: &str, head: &str) -> Option<String> {
        let of_base = self.ancestors(base);
        let mut queue = std::collections::VecDeque::from([head.to_owned()]);
        while let Some(commit) = queue.pop_front() {
            if of_base.contains(&commit) {
                return Some(commit);
            }
            let parents = self.history.commits.get(&commit);
            queue.extend(parents.into_iter().flat_map(|it| it.parents.clone()));
        }
        None
    }

    fn ancestors(&self, commit: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open = vec![commit.to_owned()];
        while let Some(commit) = open.pop() {
            if found.insert(commit.clone()) {
                let known = self.history.commits.get(&commit);
                open.extend(known.into_iter().flat_map(|it| it.parents.clone()));
            }
        }
        found
    }
}
