//! The part of GraphQL's language that questions without variables need: fields with aliases and
//! arguments, fragments, strings and booleans.

#![expect(clippy::string_slice, reason = "cut where a character or token ends")]

use std::collections::BTreeMap;

use serde_json::Value;

/// A document: one query and its fragments.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) query: Vec<Selection>,
    pub(super) fragments: BTreeMap<String, Fragment>,
}

#[derive(Debug)]
pub(super) struct Fragment {
    pub(super) on: String,
    pub(super) selections: Vec<Selection>,
}

#[derive(Debug)]
pub(super) enum Selection {
    Field {
        alias: String,
        name: String,
        arguments: BTreeMap<String, Value>,
        selections: Vec<Selection>,
    },
    Inline(Fragment),
    Spread(String),
}

/// Reads a document.
pub(super) fn parse(text: &str) -> Result<Document, String> {
    let mut reader = Reader {
        tokens: tokens(text)?,
        at: 0,
    };
    let (mut query, mut fragments) = (Vec::new(), BTreeMap::new());
    while let Some(token) = reader.next() {
        match token {
            Token::Name(name) if name == "query" => query = reader.selections()?,
            Token::Name(name) if name == "fragment" => {
                let name = reader.name()?;
                reader.keyword("on")?;
                let on = reader.name()?;
                let selections = reader.selections()?;
                fragments.insert(name, Fragment { on, selections });
            }
            other @ (Token::Name(_) | Token::Text(_) | Token::Mark(_) | Token::Spread) => {
                return Err(format!("unexpected {other:?}"));
            }
        }
    }
    Ok(Document { query, fragments })
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Name(String),
    Text(String),
    Mark(char),
    Spread,
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first.is_whitespace() || first == ',' {
            rest = &rest[first.len_utf8()..];
        } else if let Some(after) = rest.strip_prefix("...") {
            tokens.push(Token::Spread);
            rest = after;
        } else if "{}():!".contains(first) {
            tokens.push(Token::Mark(first));
            rest = &rest[1..];
        } else if first == '"' {
            let mut values = serde_json::Deserializer::from_str(rest).into_iter::<String>();
            let value = values.next().ok_or("a string without an end")?;
            let value = value.map_err(|error| error.to_string())?;
            rest = &rest[values.byte_offset()..];
            tokens.push(Token::Text(value));
        } else if first.is_ascii_alphanumeric() || first == '_' {
            let end = rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                .unwrap_or(rest.len());
            tokens.push(Token::Name(rest[..end].to_owned()));
            rest = &rest[end..];
        } else {
            return Err(format!("unexpected character {first:?}"));
        }
    }
    Ok(tokens)
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

impl Reader {
    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn mark(&mut self, mark: char) -> Result<(), String> {
        match self.next() {
            Some(Token::Mark(found)) if found == mark => Ok(()),
            other => Err(format!("expected {mark:?}, found {other:?}")),
        }
    }

    fn name(&mut self) -> Result<String, String> {
        match self.next() {
            Some(Token::Name(name)) => Ok(name),
            other => Err(format!("expected a name, found {other:?}")),
        }
    }

    fn keyword(&mut self, keyword: &str) -> Result<(), String> {
        let name = self.name()?;
        if name == keyword {
            Ok(())
        } else {
            Err(format!("expected {keyword}, found {name}"))
        }
    }

    fn selections(&mut self) -> Result<Vec<Selection>, String> {
        self.mark('{')?;
        let mut selections = Vec::new();
        while self.peek() != Some(&Token::Mark('}')) {
            selections.push(self.selection()?);
        }
        self.mark('}')?;
        if selections.is_empty() {
            return Err("an empty selection".to_owned());
        }
        Ok(selections)
    }

    fn selection(&mut self) -> Result<Selection, String> {
        if self.peek() == Some(&Token::Spread) {
            self.at += 1;
            let name = self.name()?;
            if name != "on" {
                return Ok(Selection::Spread(name));
            }
            let on = self.name()?;
            let selections = self.selections()?;
            return Ok(Selection::Inline(Fragment { on, selections }));
        }
        let mut name = self.name()?;
        let mut alias = name.clone();
        if self.peek() == Some(&Token::Mark(':')) {
            self.at += 1;
            alias = std::mem::take(&mut name);
            name = self.name()?;
        }
        let arguments = self.arguments()?;
        let selections = if self.peek() == Some(&Token::Mark('{')) {
            self.selections()?
        } else {
            Vec::new()
        };
        Ok(Selection::Field {
            alias,
            name,
            arguments,
            selections,
        })
    }

    fn arguments(&mut self) -> Result<BTreeMap<String, Value>, String> {
        let mut arguments = BTreeMap::new();
        if self.peek() != Some(&Token::Mark('(')) {
            return Ok(arguments);
        }
        self.at += 1;
        while self.peek() != Some(&Token::Mark(')')) {
            let name = self.name()?;
            self.mark(':')?;
            let value = match self.next() {
                Some(Token::Text(text)) => Value::from(text),
                Some(Token::Name(word)) if word == "true" => Value::from(true),
                Some(Token::Name(word)) if word == "false" => Value::from(false),
                other => return Err(format!("expected a value, found {other:?}")),
            };
            arguments.insert(name, value);
        }
        self.mark(')')?;
        Ok(arguments)
    }
}
