//! The `provenance` block.

use super::fields::{Read, Reader, Section};
use super::spec_invalid;
use crate::finding::Spanned;
use crate::spec::model::DeclaredProvenance;
use package_provenance::identity::{GitRef, PublisherKind, Repository, SignerIdentity};

/// Where a bare `owner/name` lies that nothing else places.
const DEFAULT_HOST: &str = "github.com";

/// Longest number of a repository or an owner: the digits of the largest 64-bit number.
const LONGEST_ID: usize = 20;

/// Reads the block. What cannot be read is a problem and makes the block `unreadable`: it is never
/// taken for unstated.
pub(super) fn read(root: &Section<'_>, reader: &mut Reader) -> DeclaredProvenance {
    let mut block = Block {
        declared: DeclaredProvenance {
            block: root.block("provenance"),
            ..DeclaredProvenance::default()
        },
        reader,
    };
    let section = root.section("provenance", block.reader);
    if let Some(section) = block.seen(section) {
        block.provenance(&section);
    }
    block.declared.stray = block.reader.stray().map(Box::new);
    block.declared
}

struct Block<'r> {
    declared: DeclaredProvenance,
    reader: &'r mut Reader,
}

impl Block<'_> {
    /// The value, noting that a wrong one was there.
    fn seen<T>(&mut self, read: Read<T>) -> Option<T> {
        match read {
            Read::Value(value) => Some(value),
            Read::Missing => None,
            Read::Wrong => {
                self.declared.unreadable = true;
                None
            }
        }
    }

    fn provenance(&mut self, section: &Section<'_>) {
        self.declared.repository_uri = self.parsed(
            section,
            "repository_uri",
            "Write the repository's address, such as `https://github.com/owner/name`.",
            |text| Repository::declared(text, DEFAULT_HOST).map_err(|error| error.0),
        );
        self.declared.repository_ref = self.parsed(
            section,
            "repository_ref",
            "Write a full ref, such as `refs/tags/v1.2.3`.",
            |text| Ok(GitRef::parse(text)),
        );
        let _ = self.plain(section, "repository_directory");
        self.declared.sigstore_url = self.plain(section, "sigstore_url");
        self.declared.signer_identity = self.naming(|this| {
            let help = "Write the whole subject of the certificate, or remove it.";
            this.parsed(section, "signer_identity", help, |text| {
                Ok(SignerIdentity::parse(text))
            })
        });
        self.declared.runner_environment = self.plain(section, "runner_environment");
        self.declared.cert_issuer = self.plain(section, "cert_issuer");
        self.declared.attestations = section.block("attestations");
        let attestations = section.section("attestations", self.reader);
        if let Some(attestations) = self.naming(|this| this.seen(attestations)) {
            self.attestations(&attestations);
        }
    }

    fn attestations(&mut self, section: &Section<'_>) {
        let available = self.reader.boolean(section, "available");
        self.declared.available = self.seen(available).map(Box::new);
        let verified = self.reader.boolean(section, "verified");
        self.declared.verified = self.seen(verified).map(Box::new);
        self.declared.publisher = section.block("publisher");
        let publisher = section.section("publisher", self.reader);
        if let Some(publisher) = self.naming(|this| this.seen(publisher)) {
            self.publisher(&publisher);
        }
    }

    fn publisher(&mut self, section: &Section<'_>) {
        let kinds = PublisherKind::ALL.map(PublisherKind::as_str).join("`, `");
        let (kind, kind_unreadable) = self.noting(|this| {
            this.parsed(
                section,
                "kind",
                &format!("Write one of `{kinds}`."),
                |text| {
                    PublisherKind::parse(text).ok_or_else(|| {
                        format!(
                            "{} is not a known kind of publisher",
                            untrusted_text::quoted(text)
                        )
                    })
                },
            )
        });
        let host = kind
            .as_ref()
            .map_or(DEFAULT_HOST, |kind| kind.value.default_host());
        let repository = self.naming(|this| {
            this.parsed(section, "repository", "Write it as `owner/name`.", |text| {
                Repository::declared(text, host).map_err(|error| error.0)
            })
        });
        // Without the kind nobody knows which host a bare `owner/name` is on.
        self.declared.publisher_repository = repository.filter(|_| !kind_unreadable);
        self.declared.publisher_unreadable |= kind_unreadable;
        self.declared.publisher_kind = kind;
        self.declared.publisher_workflow = self.plain(section, "workflow");
        self.declared.publisher_repository_id =
            self.naming(|this| this.id(section, "repository_id"));
        self.declared.publisher_owner_id = self.naming(|this| this.id(section, "owner_id"));
    }

    /// The forge's number of a repository or an owner. It is quoted, as every text that YAML would read
    /// as a number.
    fn id(&mut self, section: &Section<'_>, key: &str) -> Option<Box<Spanned<String>>> {
        let help = format!(
            "Write the number that the certificate names, in quotes: `{key}: \"810002373\"`."
        );
        self.parsed(section, key, &help, |text| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            let plain = digits && !text.starts_with('0') && text.len() <= LONGEST_ID;
            plain
                .then(|| text.to_owned())
                .ok_or_else(|| format!("{} is not a forge's number", untrusted_text::quoted(text)))
        })
    }

    /// What `read` gives, and whether something there could not be read.
    fn noting<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> (T, bool) {
        let before = std::mem::take(&mut self.declared.unreadable);
        let value = read(self);
        let unreadable = self.declared.unreadable;
        self.declared.unreadable |= before;
        (value, unreadable)
    }

    /// What `read` gives of what names the publisher.
    fn naming<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let (value, unreadable) = self.noting(read);
        self.declared.publisher_unreadable |= unreadable;
        value
    }

    /// A text that is kept as written.
    fn plain(&mut self, section: &Section<'_>, key: &str) -> Option<Box<Spanned<String>>> {
        let help = format!("Correct `{key}`, or remove it.");
        self.parsed(section, key, &help, |text| Ok(text.to_owned()))
    }

    /// A text that `parse` takes.
    fn parsed<T>(
        &mut self,
        section: &Section<'_>,
        key: &str,
        help: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<Box<Spanned<T>>> {
        let text = self.reader.text(section, key);
        let Spanned { value, span } = self.seen(text)?;
        let result = if value.trim().is_empty() {
            Err("the value is empty".to_owned())
        } else if value.chars().any(char::is_control) {
            Err("the value holds control characters".to_owned())
        } else {
            parse(&value)
        };
        match result {
            Ok(value) => Some(Box::new(Spanned { value, span })),
            Err(why) => {
                self.declared.unreadable = true;
                let route = section.route(key);
                let message = format!("`{route}` cannot be read: {why}.");
                self.reader.push(spec_invalid(route, span, message, help));
                None
            }
        }
    }
}
