//! One key of a spec and the value that it shall have.

/// The way to a key from the top of the file.
pub(super) type Route = &'static [&'static str];

/// A scalar as it is written into a spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Text, always in double quotes: no reader of YAML takes it for anything else.
    Text(String),
    /// `true` or `false`, plain.
    Flag(bool),
}

impl Value {
    /// As YAML on one line. A JSON string is a double-quoted scalar of YAML 1.2.
    pub(super) fn yaml(&self) -> String {
        match self {
            Self::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
            Self::Flag(flag) => flag.to_string(),
        }
    }
}

/// A key to add, or to give another value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// Which key.
    pub(super) route: Route,
    /// Its value from now on.
    pub(super) value: Value,
}
