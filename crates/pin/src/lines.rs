//! The lines that hold an installer to the digests. Every value in them is one quoted word.

use crate::pin::{GoPin, NpmPin, PypiPin};
use crate::shell::quoted;

/// Compares npm's lock with name, version and integrity of each package that is named, three arguments
/// each: the first must be there, and no copy of another may have the version and another integrity.
/// What is bundled in a tarball is covered by that tarball's integrity. No single quote is in it.
const COMPARE: &str = r#"const l=require("./package-lock.json").packages,a=process.argv.slice(1),stop=(n,e)=>{console.error("not the verified package:",n,e);process.exit(1)},t=l["node_modules/"+a[0]];if(!t||t.version!==a[1]||t.integrity!==a[2])stop(a[0],t);for(const[k,e]of Object.entries(l))for(let i=0;i<a.length;i+=3)if((e.name||k.split("node_modules/").pop())===a[i]&&e.version===a[i+1]&&!e.inBundle&&e.integrity!==a[i+2])stop(a[i],e)"#;

/// Where pip puts the file that was verified; the only one there.
const FOLDER: &str = "/opt/verified";

/// In place of `npm install`: the lock is made without running anything, compared, and installed.
pub(crate) fn npm(pin: &NpmPin) -> Vec<String> {
    let (name, version) = (pin.package.name.as_str(), pin.package.version.as_str());
    let mut words = vec![name, version, pin.integrity.as_str()];
    for (package, integrity) in &pin.overrides {
        words.extend([package.name.as_str(), package.version.as_str(), integrity]);
    }
    let words: Vec<String> = words.into_iter().map(quoted).collect();
    vec![
        format!(
            r"RUN npm install --package-lock-only --ignore-scripts --save {} \",
            quoted(&format!("{name}@{version}"))
        ),
        format!(r" && node -e '{COMPARE}' {} \", words.join(" ")),
        " && npm ci".to_owned(),
    ]
}

/// Before the install: pip fetches the one file that fits the platform, if its hash is among those that
/// were verified, and runs nothing of it.
pub(crate) fn pypi(pin: &PypiPin) -> String {
    format!(
        "RUN printf '%s\\n' {} > {FOLDER}.txt && pip download --no-cache-dir --no-deps --require-hashes -d {FOLDER} -r {FOLDER}.txt",
        quoted(&requirement(pin).join(" "))
    )
}

/// The first line of the install, which takes the file by its path.
pub(crate) fn pypi_install() -> String {
    format!(r#"RUN package="$(echo {FOLDER}/*)"; \"#)
}

/// `P==V` and a hash of every file.
pub(crate) fn requirement(pin: &PypiPin) -> Vec<String> {
    let (name, version) = (pin.package.name.as_str(), &pin.package.version);
    let mut hashes: Vec<&String> = pin.files.values().collect();
    hashes.sort_unstable();
    hashes.dedup();
    std::iter::once(format!("{name}=={version}"))
        .chain(hashes.iter().map(|hash| format!("--hash=sha256:{hash}")))
        .collect()
}

/// Where dockhand's instruction puts what `go install` built.
pub(crate) const GO_BINARY: &str = "/app/mcp-server";

/// Before the install, which takes the module from the cache that this fills. The module and not the
/// package: only modules have hashes. An instruction of its own: within toolhive's a failure is swallowed.
pub(crate) fn go(pin: &GoPin) -> String {
    format!(
        "RUN go mod download -json {} | grep -qF {}",
        quoted(&format!("{}@{}", pin.module, pin.package.version)),
        quoted(&format!(r#""Sum": "{}""#, pin.sum))
    )
}

/// After the install: which module the binary was built from, as Go's linker wrote it. `go install` takes
/// the module with the longest path that has the version, which may be one nested in the verified module
/// and tagged later; what was fetched before does not bind it then. The whole line is compared, so that no
/// other line of the build information can stand for it.
///
/// <https://go.dev/ref/mod#resolve-pkg-mod>
pub(crate) fn go_built(pin: &GoPin) -> String {
    format!(
        r#"RUN go version -m {GO_BINARY} | grep -qxF "$(printf '\tmod\t%s\t%s\t%s' {} {} {})""#,
        quoted(&pin.module),
        quoted(pin.package.version.as_str()),
        quoted(&pin.sum)
    )
}
