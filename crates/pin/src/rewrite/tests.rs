mod chance;
mod go_tool;

use std::collections::BTreeMap;

use package_provenance::package::{
    GoPackage, NpmName, NpmPackage, NpmVersion, PypiName, PypiPackage, PypiVersion,
};

use super::{Rewritten, rewrite};
use crate::pin::{GoPin, NpmPin, Pin, PypiPin};

/// Dockerfiles of the shape that dockhand prints, overrides included.
const NPX: &str = r#"FROM node:22-alpine AS builder

WORKDIR /build

# Create a package.json to install the MCP package
RUN echo '{"name":"mcp-container","overrides":{"undici":"6.28.0"},"version":"1.0.0"}' > package.json

# Install the MCP package
RUN npm install --save @acme/widget@1.2.3

FROM node:22-alpine
COPY --from=builder /build/node_modules /app/node_modules
ENTRYPOINT ["npx", "@acme/widget"]
"#;

const UVX: &str = r#"FROM python:3.13-slim AS builder
RUN apt-get update && apt-get install -y --no-install-recommends \
    git \
    && pip install --no-cache-dir uv

ENV UV_TOOL_DIR=/opt/uv-tools \
    UV_TOOL_BIN_DIR=/opt/uv-tools/bin
# Convert @ version separator to == for Python package specification
# Write uv override requirements (forces pinned transitive dependency versions)
RUN printf '%s\n' \
    'fastmcp>=3.2.0' \
    > /tmp/uv-overrides.txt
RUN package="Acme.Widget@1.2.3"; \
    # Replace @ with == for uv tool install
    package_spec=$(echo "$package" | sed 's/@/==/'); \
    uv tool install --overrides /tmp/uv-overrides.txt "$package_spec" && \
    # List installed executables for debugging
    ls -la /opt/uv-tools/bin/

FROM python:3.13-slim
ENTRYPOINT ["sh", "-c", "exec 'Acme.Widget' \"$@\"", "--"]
"#;

const GO: &str = r#"FROM golang:1.25-alpine AS builder
RUN package="example.com/acme/widget/cmd/serve@v1.2.3"; \
    # If package doesn't have @ version specifier, add @latest
    if ! echo "$package" | grep -q '@'; then \
        package="${package}@latest"; \
    fi; \
    mkdir -p /app && \
    go install "$package" && \
    mv $GOPATH/bin/* /app/mcp-server 2>/dev/null || \
    (go get "$package" && go build -o /app/mcp-server "$base_package")

FROM alpine:3.22
ENTRYPOINT ["/app/mcp-server"]
"#;

fn npm(name: &str, version: &str) -> Option<Pin> {
    Some(Pin::Npm(NpmPin {
        package: NpmPackage {
            name: NpmName::parse(name).ok()?,
            version: NpmVersion::parse(version).ok()?,
        },
        integrity: format!("sha512-{}==", "A".repeat(86)),
        overrides: Vec::new(),
    }))
}

fn pypi(name: &str, version: &str) -> Option<Pin> {
    let files = [("a.whl", "11"), ("a.tar.gz", "22"), ("b.whl", "11")];
    Some(Pin::Pypi(PypiPin {
        package: PypiPackage {
            name: PypiName::parse(name).ok()?,
            version: PypiVersion::parse(version).ok()?,
        },
        files: files
            .map(|(name, byte)| (name.to_owned(), byte.repeat(32)))
            .into_iter()
            .collect::<BTreeMap<_, _>>(),
    }))
}

fn go(package: &str, version: &str) -> Option<Pin> {
    let package = GoPackage::parse(package, version).ok()?;
    Some(Pin::Go(GoPin {
        module: package.path.split("/cmd").next()?.to_owned(),
        package,
        sum: format!("h1:{}=", "A".repeat(43)),
    }))
}

fn widget_npm() -> Pin {
    npm("@acme/widget", "1.2.3").unwrap()
}

fn widget_pypi() -> Pin {
    pypi("Acme.Widget", "1.2.3").unwrap()
}

fn widget_go() -> Pin {
    go("example.com/acme/widget/cmd/serve", "v1.2.3").unwrap()
}

/// The new text, of which a second run changes nothing.
#[track_caller]
fn changed(text: &str, pin: &Pin) -> String {
    match rewrite(text, pin) {
        Ok(Rewritten::Changed(new)) => {
            assert_eq!(rewrite(&new, pin), Ok(Rewritten::Same), "{new}");
            new
        }
        other => panic!("{other:?}"),
    }
}

/// The lines that are only in one of the two texts.
fn difference<'a>(before: &'a str, after: &'a str) -> (Vec<&'a str>, Vec<&'a str>) {
    let only = |one: &'a str, other: &'a str| {
        let lines: Vec<&str> = other.lines().collect();
        one.lines().filter(|line| !lines.contains(line)).collect()
    };
    (only(before, after), only(after, before))
}

#[test]
fn npm_compares_its_lock_before_anything_runs() {
    let new = changed(NPX, &widget_npm());
    let (gone, added) = difference(NPX, &new);
    assert_eq!(gone, ["RUN npm install --save @acme/widget@1.2.3"]);
    assert_eq!(
        added[0],
        r"RUN npm install --package-lock-only --ignore-scripts --save '@acme/widget@1.2.3' \"
    );
    assert!(added[1].starts_with(" && node -e '") && added[1].ends_with(r"==' \"));
    assert_eq!(added[2..], [" && npm ci"]);
    let Pin::Npm(mut pin) = widget_npm() else {
        unreachable!()
    };
    let Some(Pin::Npm(other)) = npm("undici", "6.28.0") else {
        unreachable!()
    };
    pin.overrides.push((other.package, other.integrity));
    let new = changed(NPX, &Pin::Npm(pin));
    assert!(new.contains("'undici' '6.28.0' 'sha512-"), "{new}");
    // Held to less than what was verified is not held.
    assert!(rewrite(&new, &widget_npm()).is_err());
}

#[test]
fn uv_installs_the_file_that_pip_checked() {
    let new = changed(UVX, &widget_pypi());
    let (gone, added) = difference(UVX, &new);
    assert_eq!(gone, [r#"RUN package="Acme.Widget@1.2.3"; \"#]);
    let hashes = format!(
        "--hash=sha256:{} --hash=sha256:{}",
        "11".repeat(32),
        "22".repeat(32)
    );
    assert_eq!(
        added,
        [
            format!("RUN printf '%s\\n' 'acme-widget==1.2.3 {hashes}' > /opt/verified.txt && pip download --no-cache-dir --no-deps --require-hashes -d /opt/verified -r /opt/verified.txt").as_str(),
            r#"RUN package="$(echo /opt/verified/*)"; \"#,
        ]
    );
}

#[test]
fn go_fills_its_cache_before_the_whole_instruction() {
    let new = changed(GO, &widget_go());
    let (gone, added) = difference(GO, &new);
    assert_eq!(gone, [""; 0]);
    assert_eq!(
        added,
        [
            format!(
                "RUN go mod download -json 'example.com/acme/widget@v1.2.3' | grep -qF '\"Sum\": \"h1:{}=\"'",
                "A".repeat(43)
            ),
            format!(
                r#"RUN go version -m /app/mcp-server | grep -qxF "$(printf '\tmod\t%s\t%s\t%s' 'example.com/acme/widget' 'v1.2.3' 'h1:{}=')""#,
                "A".repeat(43)
            ),
        ]
    );
    assert!(new.contains("| grep -qF '\"Sum\": \"h1:AAA"));
    assert!(new.contains("\"$base_package\")\nRUN go version -m "));
}

#[test]
fn go_is_not_held_without_the_look_at_what_was_built() {
    let held = changed(GO, &widget_go());
    let check = held
        .lines()
        .find(|line| line.starts_with("RUN go version"))
        .unwrap();
    let without = held.replace(&format!("{check}\n"), "");
    for text in [
        without.clone(),
        // In another stage, too late to fail before the binary is copied, and before it is built.
        format!("{without}{check}\n"),
        without.replacen("RUN ", &format!("{check}\nRUN "), 1),
        held.replace(check, &format!("{check} || true")),
        held.replace(check, &format!("# {check}")),
    ] {
        assert!(rewrite(&text, &widget_go()).is_err(), "{text}");
    }
    // Where the binary ends up must be known.
    assert!(rewrite(&GO.replace("/app/mcp-server", "/app/x"), &widget_go()).is_err());
}

#[test]
fn anything_but_one_known_install_is_refused() {
    let (npm, pypi, go) = (widget_npm(), widget_pypi(), widget_go());
    for (pin, text, says) in [
        (&npm, String::new(), "no instruction installs"),
        (&npm, UVX.to_owned(), "no instruction installs"),
        (
            &npm,
            NPX.replace("1.2.3", "1.2.4"),
            "no instruction installs",
        ),
        (
            &npm,
            NPX.replace("1.2.3", "1.2.3-rc.1"),
            "no instruction installs",
        ),
        (
            &npm,
            NPX.replace("@acme/widget@", "@acme/widget2@"),
            "no instruction installs",
        ),
        (
            &npm,
            NPX.replace("--save", "--save --force"),
            "no instruction installs",
        ),
        (
            &npm,
            NPX.replace("RUN npm", "# RUN npm"),
            "no instruction installs",
        ),
        (
            &npm,
            NPX.replace("widget@1.2.3", "widget@1.2.3 && \\\n    true"),
            "no instruction installs",
        ),
        (
            &npm,
            format!("{NPX}RUN npm install --save @acme/widget@1.2.3\n"),
            "lines 9 and 14",
        ),
        (
            &npm,
            format!("{NPX}RUN npx -y @acme/widget@1.2.3\n"),
            "more than one instruction",
        ),
        (&npm, format!("# escape=`\n{NPX}"), "`escape` directive"),
        (
            &npm,
            format!("{NPX}RUN cat <<EOF\nRUN x\nEOF\n"),
            "line 14: a here document may",
        ),
        (
            &npm,
            format!("{NPX}COPY <<-\"EOF\" /x\n"),
            "a here document",
        ),
        (
            &npm,
            format!("{NPX}RUN cat <\\\n<EOF\nRUN x\nEOF\n"),
            "line 14: a here document",
        ),
        (
            &npm,
            format!("{NPX}RUN cat <<\\\nEOF\n"),
            "line 14: a here document",
        ),
        (
            &npm,
            format!("{NPX}RUN cat ${{X:-<}}<EOF\n"),
            "line 14: a here document",
        ),
        (
            &npm,
            format!("{NPX}RUN cat <<<a <<EOF\n"),
            "line 14: a here document",
        ),
        (&npm, format!("\u{feff}{NPX}"), "line 1: a byte order mark"),
        (
            &npm,
            format!("RUN true \\\\\n{NPX}"),
            "line 1: two backslashes",
        ),
        (&npm, NPX.replace('\n', "\r\n"), "a control character"),
        (
            &pypi,
            UVX.replace("uv tool install", "uv pip install"),
            "no instruction installs",
        ),
        (
            &pypi,
            UVX.replace("sed 's/@/==/'", "tr @ ="),
            "no instruction installs",
        ),
        (
            &pypi,
            UVX.replace("Acme.Widget@", "acme-widget@"),
            "no instruction installs",
        ),
        (&pypi, NPX.to_owned(), "no instruction installs"),
        (
            &go,
            GO.replace("go install", "go build"),
            "no instruction installs",
        ),
        (&go, GO.replace("/cmd/serve", ""), "no instruction installs"),
        (&npm, "x".repeat(2_000_000), "larger than"),
    ] {
        match rewrite(&text, pin) {
            Err(error) => assert!(error.to_string().contains(says), "{error}"),
            Ok(other) => panic!("{says}: {other:?}"),
        }
    }
}

#[test]
fn what_opens_no_here_document_is_taken() {
    for line in [
        "RUN cat <<<word",
        r#"RUN echo '{"a":"<2","b":"<3"}'"#,
        "RUN cat < a",
    ] {
        changed(&format!("{NPX}{line}\n"), &widget_npm());
    }
}

#[test]
fn another_digest_is_no_pin() {
    let new = changed(GO, &widget_go());
    let Pin::Go(mut other) = widget_go() else {
        unreachable!()
    };
    other.sum = format!("h1:{}=", "B".repeat(43));
    assert!(rewrite(&new, &Pin::Go(other)).is_err());
    let Pin::Npm(mut other) = widget_npm() else {
        unreachable!()
    };
    other.integrity = "sha512-B".to_owned();
    assert!(rewrite(&changed(NPX, &widget_npm()), &Pin::Npm(other)).is_err());
}
