//! What each field of each type is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::github::documents;
use crate::github::history::Object;
use crate::github::state::Repository;

/// Something that has fields.
#[derive(Debug, Clone)]
pub(super) enum Thing<'a> {
    Query {
        login: String,
    },
    Viewer {
        login: String,
    },
    Repository {
        name: &'a str,
        of: &'a Repository,
    },
    Owner {
        name: &'a str,
    },
    Ref {
        full: String,
        object: Object,
        of: &'a Repository,
    },
    Object {
        object: Object,
        of: &'a Repository,
    },
    Comparison {
        status: &'static str,
        base: String,
        head: String,
    },
    Entry {
        name: String,
        mode: u64,
    },
    Signature {
        state: &'static str,
    },
    Target {
        oid: String,
    },
}

/// What a field gives.
pub(super) enum Output<'a> {
    Scalar(Value),
    Null,
    One(Thing<'a>),
    Many(Vec<Thing<'a>>),
    Refused { kind: &'static str, message: String },
}

type Arguments = BTreeMap<String, Value>;

impl<'a> Thing<'a> {
    /// The name of its type.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Query { .. } => "Query",
            Self::Viewer { .. } => "User",
            Self::Repository { .. } => "Repository",
            Self::Owner { .. } => "Organization",
            Self::Ref { .. } => "Ref",
            Self::Object { object, .. } => object.kind(),
            Self::Comparison { .. } => "Comparison",
            Self::Entry { .. } => "TreeEntry",
            Self::Signature { .. } => "GpgSignature",
            Self::Target { .. } => "Commit",
        }
    }

    pub(super) fn field(
        &self,
        field: &str,
        arguments: &Arguments,
        repositories: &'a BTreeMap<String, Repository>,
    ) -> Result<Output<'a>, String> {
        let text = |name: &str| arguments.get(name).and_then(Value::as_str);
        let scalar = |value: Value| Ok(Output::Scalar(value));
        match (self, field) {
            (Self::Query { login }, "viewer") => Ok(Output::One(Self::Viewer {
                login: login.clone(),
            })),
            (Self::Viewer { login }, "login") => scalar(json!(login)),
            (Self::Query { .. }, "repository") => {
                let (owner, name) = (text("owner"), text("name"));
                let name = format!("{}/{}", owner.unwrap_or(""), name.unwrap_or(""));
                Ok(repository(&name, repositories))
            }
            (Self::Repository { name, of }, _) => of_repository(name, of, field, arguments),
            (Self::Owner { name }, "databaseId") => scalar(json!(documents::user_id(
                name.split('/').next().unwrap_or("")
            ))),
            (Self::Ref { full, .. }, "name" | "prefix") => {
                let at = ["refs/heads/", "refs/tags/"]
                    .into_iter()
                    .find(|it| full.starts_with(it));
                let prefix = at.unwrap_or("refs/");
                scalar(json!(if field == "prefix" {
                    prefix
                } else {
                    full.strip_prefix(prefix).unwrap_or(full)
                }))
            }
            (Self::Ref { object, of, .. }, "target") => Ok(Output::One(Self::Object {
                object: object.clone(),
                of,
            })),
            (Self::Ref { object, of, .. }, "compare") => {
                Ok(compare(of, object, text("headRef").unwrap_or_default()))
            }
            (Self::Object { object, .. }, "oid") => scalar(json!(object.oid())),
            (Self::Object { object, of }, _) => of_object(object, of, field),
            (Self::Comparison { status, .. }, "status") => scalar(json!(status)),
            (Self::Comparison { base, .. }, "baseTarget") => {
                Ok(Output::One(Self::Target { oid: base.clone() }))
            }
            (Self::Comparison { head, .. }, "headTarget") => {
                Ok(Output::One(Self::Target { oid: head.clone() }))
            }
            (Self::Target { oid }, "oid") => scalar(json!(oid)),
            (Self::Entry { name, .. }, "name") => scalar(json!(name)),
            (Self::Entry { mode, .. }, "mode") => scalar(json!(mode)),
            (Self::Signature { state }, "state") => scalar(json!(state)),
            _ => Err(format!(
                "Field '{field}' doesn't exist on type '{}'",
                self.kind()
            )),
        }
    }
}

/// A repository by its name or by one that it had.
fn repository<'a>(name: &str, repositories: &'a BTreeMap<String, Repository>) -> Output<'a> {
    let find = |name: &str| {
        let mut all = repositories.iter();
        all.find(|(known, _)| known.eq_ignore_ascii_case(name))
    };
    let renamed = find(name).and_then(|(_, it)| it.history.renamed.clone());
    let found = match &renamed {
        Some(to) => find(to),
        None => find(name),
    };
    match found.filter(|(_, it)| !it.knobs.hidden) {
        Some((_, of)) if of.knobs.forbidden => Output::Refused {
            kind: "FORBIDDEN",
            message: "Resource not accessible by integration".to_owned(),
        },
        Some((name, of)) => Output::One(Thing::Repository { name, of }),
        None => Output::Refused {
            kind: "NOT_FOUND",
            message: format!("Could not resolve to a Repository with the name '{name}'."),
        },
    }
}

fn of_repository<'a>(
    name: &'a str,
    of: &'a Repository,
    field: &str,
    arguments: &Arguments,
) -> Result<Output<'a>, String> {
    let text = |name: &str| arguments.get(name).and_then(Value::as_str);
    let history = &of.history;
    let found = |full: &str| match of.reference(full) {
        Some(object) => Output::One(Thing::Ref {
            full: full.to_owned(),
            object,
            of,
        }),
        None => Output::Null,
    };
    Ok(match field {
        "nameWithOwner" => Output::Scalar(json!(name)),
        "databaseId" => Output::Scalar(json!(of.id(name))),
        "isArchived" => Output::Scalar(json!(history.archived)),
        "isDisabled" => Output::Scalar(json!(history.disabled)),
        "isFork" => Output::Scalar(json!(false)),
        "owner" => Output::One(Thing::Owner { name }),
        "defaultBranchRef" => found(&format!("refs/heads/{}", of.default_branch())),
        "ref" => found(text("qualifiedName").unwrap_or_default()),
        "object" if !of.may_read() => Output::Refused {
            kind: "FORBIDDEN",
            message: "Resource not accessible by integration".to_owned(),
        },
        "object" => {
            let object = match (text("oid"), text("expression")) {
                (Some(oid), _) => of.object(oid),
                (None, Some(expression)) => of.expression(expression),
                (None, None) => return Err("object without an argument".to_owned()),
            };
            object.map_or(Output::Null, |object| {
                Output::One(Thing::Object { object, of })
            })
        }
        _ => {
            return Err(format!(
                "Field '{field}' doesn't exist on type 'Repository'"
            ));
        }
    })
}

fn of_object<'a>(object: &Object, of: &'a Repository, field: &str) -> Result<Output<'a>, String> {
    let unknown = || format!("Field '{field}' doesn't exist on type '{}'", object.kind());
    Ok(match (object, field) {
        (Object::Tag { commit, .. }, "target") => Output::One(Thing::Object {
            object: Object::Commit(commit.clone()),
            of,
        }),
        (Object::Commit(oid), "signature") => {
            let commit = of.history.commits.get(oid);
            let state = commit.and_then(|it| it.signature);
            state.map_or(Output::Null, |state| {
                Output::One(Thing::Signature { state })
            })
        }
        (Object::Tree { commit, path }, "entries") => {
            let prefix = if path.is_empty() {
                String::new()
            } else {
                format!("{path}/")
            };
            let below = of.paths(commit).into_iter().filter_map(|(file, mode)| {
                let rest = file.strip_prefix(&prefix)?;
                let (first, more) = rest.split_once('/').unwrap_or((rest, ""));
                Some((
                    first.to_owned(),
                    if more.is_empty() { mode } else { 0o040_000 },
                ))
            });
            let entries: BTreeSet<(String, u64)> = below.collect();
            let entries = entries
                .into_iter()
                .map(|(name, mode)| Thing::Entry { name, mode });
            Output::Many(entries.collect())
        }
        (Object::Blob { bytes, .. }, _) => {
            let text = String::from_utf8_lossy(bytes);
            let cut = bytes.len() > 512_000;
            Output::Scalar(match field {
                "byteSize" => json!(bytes.len()),
                "isBinary" => json!(bytes.contains(&0)),
                "isTruncated" => json!(cut),
                "text" if bytes.contains(&0) => Value::Null,
                "text" if cut => json!(text.chars().take(512_000).collect::<String>()),
                "text" => json!(text),
                _ => return Err(unknown()),
            })
        }
        _ => return Err(unknown()),
    })
}

fn compare<'a>(of: &'a Repository, base: &Object, head: &str) -> Output<'a> {
    let refused = || Output::Refused {
        kind: "NOT_FOUND",
        message: format!("Could not resolve to a comparison with '{head}'."),
    };
    if of.history.only_refs_compare || of.object(head).is_none() {
        return refused();
    }
    let base = base.peeled();
    of.compare(&base, head).map_or_else(refused, |status| {
        Output::One(Thing::Comparison {
            status,
            base,
            head: head.to_owned(),
        })
    })
}
