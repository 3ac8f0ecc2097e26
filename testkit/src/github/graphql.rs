//! GraphQL, as far as repositories and their histories are asked about: the types and fields that are
//! served have the names and shapes of GitHub's public schema (`.ci/check-github-api` holds every question
//! and answer of the tests to it).

mod parse;
mod resolve;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::message::{Answer, Request};
use super::reply::{ok, refuse, who};
use super::state::{Call, Repository, State};
use parse::{Document, Fragment, Selection};
use resolve::{Output, Thing};

/// Answers a question; `repositories` are changed by being asked only.
pub(super) fn answer(request: &Request, state: &State) -> Answer {
    let token = request.authorization.as_deref().unwrap_or_default();
    let mute = token.contains("ghs_app_mute_");
    let asked = request.body["query"].as_str().unwrap_or_default();
    let Some((login, _)) = who(request).filter(|_| request.method == "POST" && !mute) else {
        return refuse(401, "Requires authentication");
    };
    let document = match parse::parse(asked) {
        Ok(document) => document,
        Err(error) => return ok(json!({"errors": [{"message": format!("Parse error: {error}")}]})),
    };
    state.with(|repositories| {
        for name in asked_for(&document) {
            let found = repositories
                .iter_mut()
                .find(|(known, _)| known.eq_ignore_ascii_case(&name));
            let Some((_, repository)) = found else {
                continue;
            };
            if let Some(answer) = of(repository, request) {
                return answer;
            }
        }
        let mut run = Run {
            document: &document,
            repositories,
            errors: Vec::new(),
        };
        let query = Thing::Query { login };
        match run.object(&query, &document.query, &mut Vec::new()) {
            Ok(data) if run.errors.is_empty() => ok(json!({"data": data})),
            Ok(data) => ok(json!({"data": data, "errors": run.errors})),
            // Wrong questions are not answered in part.
            Err(message) => ok(json!({"errors": [{"message": message}]})),
        }
    })
}

/// Notes the question; the answer where it goes wrong on purpose.
fn of(repository: &mut Repository, request: &Request) -> Option<Answer> {
    repository.calls.push(Call {
        method: request.method.clone(),
        path: "graphql".to_owned(),
        authorization: request.authorization.clone(),
        agent: request.agent.clone(),
    });
    let mut faults = repository.knobs.faults.iter_mut();
    let fault = faults.find(|fault| fault.times > 0 && fault.path == "graphql")?;
    fault.times -= 1;
    let mut answer = match &fault.instead {
        Some(body) => ok(body.clone()),
        None => refuse(fault.status, "This went wrong on purpose"),
    };
    answer.headers.clone_from(&fault.headers);
    answer.wrong = true;
    Some(answer)
}

/// The repositories that a query is about.
fn asked_for(document: &Document) -> BTreeSet<String> {
    let names = document.query.iter().filter_map(|selection| {
        let Selection::Field { arguments, .. } = selection else {
            return None;
        };
        let of = |name: &str| arguments.get(name).and_then(Value::as_str);
        Some(format!("{}/{}", of("owner")?, of("name")?))
    });
    names.collect()
}

struct Run<'a> {
    document: &'a Document,
    repositories: &'a BTreeMap<String, Repository>,
    errors: Vec<Value>,
}

impl<'a> Run<'a> {
    fn object(
        &mut self,
        thing: &Thing<'a>,
        selections: &'a [Selection],
        path: &mut Vec<Value>,
    ) -> Result<Value, String> {
        let mut object = Map::new();
        self.fill(thing, selections, path, &mut object)?;
        Ok(Value::Object(object))
    }

    fn fill(
        &mut self,
        thing: &Thing<'a>,
        selections: &'a [Selection],
        path: &mut Vec<Value>,
        object: &mut Map<String, Value>,
    ) -> Result<(), String> {
        for selection in selections {
            match selection {
                Selection::Field {
                    alias,
                    name,
                    arguments,
                    selections,
                } => {
                    path.push(alias.as_str().into());
                    let value = self.field(thing, name, arguments, selections, path)?;
                    path.pop();
                    if object
                        .insert(alias.clone(), value.clone())
                        .is_some_and(|old| old != value)
                    {
                        return Err(format!("`{alias}` means two things"));
                    }
                }
                Selection::Inline(fragment) => self.fragment(thing, fragment, path, object)?,
                Selection::Spread(name) => {
                    let fragment = self.document.fragments.get(name);
                    let fragment = fragment.ok_or_else(|| format!("no fragment {name}"))?;
                    self.fragment(thing, fragment, path, object)?;
                }
            }
        }
        Ok(())
    }

    fn fragment(
        &mut self,
        thing: &Thing<'a>,
        fragment: &'a Fragment,
        path: &mut Vec<Value>,
        object: &mut Map<String, Value>,
    ) -> Result<(), String> {
        if thing.kind() == fragment.on {
            self.fill(thing, &fragment.selections, path, object)?;
        }
        Ok(())
    }

    fn field(
        &mut self,
        thing: &Thing<'a>,
        name: &str,
        arguments: &BTreeMap<String, Value>,
        selections: &'a [Selection],
        path: &mut Vec<Value>,
    ) -> Result<Value, String> {
        let output = if name == "__typename" {
            Output::Scalar(thing.kind().into())
        } else {
            thing.field(name, arguments, self.repositories)?
        };
        match output {
            Output::Scalar(value) if selections.is_empty() => Ok(value),
            Output::Null => Ok(Value::Null),
            Output::Refused { kind, message } => {
                self.errors
                    .push(json!({"type": kind, "path": path, "message": message}));
                Ok(Value::Null)
            }
            Output::One(thing) if !selections.is_empty() => self.object(&thing, selections, path),
            Output::Many(things) if !selections.is_empty() => {
                let each = things
                    .iter()
                    .map(|thing| self.object(thing, selections, path));
                each.collect::<Result<Vec<_>, _>>().map(Value::from)
            }
            Output::Scalar(_) | Output::One(_) | Output::Many(_) => {
                Err(format!("`{name}` is selected from wrongly"))
            }
        }
    }
}
