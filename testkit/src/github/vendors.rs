//! A tree shaped like dockyard's: 189 skills of 26 repositories at 28 commits.

use super::GitHub;

/// Skills of such a tree.
pub const SKILLS: usize = 189;

/// The repositories that they are from.
pub const REPOSITORIES: usize = 26;

/// The name of one of them.
pub fn vendor(number: usize) -> String {
    format!("vendor{number}/skills")
}

impl GitHub {
    /// Publishes the repositories, each with a newest commit that nothing pins. Where each spec lies, and its
    /// text.
    pub fn publish_vendors(&self) -> Vec<(String, String)> {
        let commit = |number: usize| format!("{:040x}", 0xabc0 + number);
        let skill = |number: usize| {
            let repository = number % REPOSITORIES;
            // Two repositories have two commits.
            let pin = if repository < 2 && number >= 100 {
                REPOSITORIES + repository
            } else {
                repository
            };
            let (name, path) = (vendor(repository), format!("skills/s{number}"));
            let (old, tip) = (commit(pin), commit(100 + repository));
            self.repository(&name, |it| {
                it.commit(&old, &[], &[]);
                let known = it.history.commits.keys().filter(|id| **id != tip);
                let parents: Vec<String> = known.cloned().collect();
                let parents: Vec<&str> = parents.iter().map(String::as_str).collect();
                it.commit(&tip, &parents, &[]);
                it.branch("main", &tip);
                let file = (old.clone(), format!("{path}/SKILL.md"));
                it.files.insert(file, b"x".to_vec());
            });
            let url = format!("https://github.com/{name}");
            let text = format!(
                "metadata:\n  name: s{number}\n  description: \"A skill\"\nspec:\n  repository: \"{url}\"\n  \
                 ref: \"{old}\"\n  path: \"{path}\"\n  version: \"0.1.0\"\nprovenance:\n  \
                 repository_uri: \"{url}\"\n  repository_ref: \"refs/heads/main\"\n"
            );
            (format!("skills/s{number}/spec.yaml"), text)
        };
        (0..SKILLS).map(skill).collect()
    }
}
