//! `spec.env`: variables that make what runs beside the package load code, or fetch it from elsewhere.

use crate::finding::{Draft, RuleId};
use crate::spec::SpecPackage;
use untrusted_text::{quoted, shortened};

/// How a variable is told.
enum Name {
    /// By its whole name; names are case-sensitive on Linux.
    Is(&'static str),
    /// By how it starts.
    StartsWith(&'static str),
    /// By how it starts, in any case.
    StartsWithAnyCase(&'static str),
}

use Name::{Is, StartsWith, StartsWithAnyCase};

const LOADS: &str = "makes the runtime load code that is not the package's";
const FETCHES: &str = "makes the installer use other registries, settings or programs";

/// What each variable does, by its source. Left out on purpose, because servers are honestly
/// configured with them and the digests and signatures of packages hold all the same: proxies
/// (`HTTPS_PROXY`), certificates (`NODE_EXTRA_CA_CERTS`, `SSL_CERT_FILE`), plain modes (`NODE_ENV`,
/// `PYTHONUNBUFFERED`), and what loads code only where a program asks for it (`PYTHONBREAKPOINT`,
/// `PYTHONWARNINGS`, `PYTHON_KEYRING_BACKEND`).
const TABLE: &[(&str, &[Name])] = &[
    (
        // https://nodejs.org/api/cli.html#environment-variables
        LOADS,
        &[
            Is("NODE_OPTIONS"),
            Is("NODE_PATH"),
            Is("NODE_REPL_EXTERNAL_MODULE"),
            Is("NODE_COMPILE_CACHE"),
            // Bun's `bun run --preload` by environment, https://bun.com/docs/runtime/environment-variables
            Is("BUN_OPTIONS"),
        ],
    ),
    (
        // https://docs.python.org/3/using/cmdline.html#environment-variables
        LOADS,
        &[
            Is("PYTHONPATH"),
            Is("PYTHONSTARTUP"),
            Is("PYTHONHOME"),
            Is("PYTHONUSERBASE"),
            Is("PYTHONPLATLIBDIR"),
            Is("PYTHONPYCACHEPREFIX"),
            Is("PYTHONEXECUTABLE"),
        ],
    ),
    (
        // The dynamic linker: ld.so(8); dyld(1); glibc's iconv(3) for GCONV_PATH.
        LOADS,
        &[StartsWith("LD_"), StartsWith("DYLD_"), Is("GCONV_PATH")],
    ),
    (
        // openssl-env(7): each names libraries that are loaded.
        LOADS,
        &[
            Is("OPENSSL_CONF"),
            Is("OPENSSL_MODULES"),
            Is("OPENSSL_ENGINES"),
        ],
    ),
    (
        // bash(1); PATH decides which `node` and `npx` the entry point finds. Not `ENV`, which sh(1p)
        // reads in interactive shells only and servers take for the name of their environment.
        LOADS,
        &[
            Is("PATH"),
            Is("BASH_ENV"),
            Is("SHELLOPTS"),
            Is("BASHOPTS"),
            Is("PS4"),
            StartsWith("BASH_FUNC_"),
        ],
    ),
    (
        // perlrun(1); ruby(1); https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html
        LOADS,
        &[
            Is("PERL5OPT"),
            Is("PERL5LIB"),
            Is("PERLLIB"),
            Is("PERL5DB"),
            Is("RUBYOPT"),
            Is("RUBYLIB"),
            Is("JAVA_TOOL_OPTIONS"),
            Is("JDK_JAVA_OPTIONS"),
            Is("_JAVA_OPTIONS"),
            Is("CLASSPATH"),
        ],
    ),
    (
        // git(1), which npm, uv and go call: programs that it runs, configuration that names some.
        LOADS,
        &[
            Is("GIT_SSH"),
            Is("GIT_SSH_COMMAND"),
            Is("GIT_EXEC_PATH"),
            Is("GIT_ASKPASS"),
            Is("GIT_PROXY_COMMAND"),
            Is("GIT_EXTERNAL_DIFF"),
            Is("GIT_TEMPLATE_DIR"),
            StartsWith("GIT_CONFIG"),
        ],
    ),
    (
        // https://docs.npmjs.com/cli/v11/using-npm/config#environment-variables: `npx` runs what
        // `npm_config_package` or `npm_config_call` says.
        FETCHES,
        &[
            StartsWithAnyCase("npm_config_"),
            StartsWith("COREPACK_"),
            StartsWith("YARN_"),
            StartsWith("PNPM_"),
            StartsWith("BUN_CONFIG_"),
        ],
    ),
    (
        // https://docs.astral.sh/uv/reference/environment/; https://pip.pypa.io/en/stable/topics/configuration/
        FETCHES,
        &[StartsWith("UV_"), StartsWith("PIP_"), StartsWith("PIPX_")],
    ),
    (
        // https://go.dev/ref/mod#environment-variables, https://pkg.go.dev/cmd/go#hdr-Environment_variables
        FETCHES,
        &[
            Is("GOPROXY"),
            Is("GOFLAGS"),
            Is("GOSUMDB"),
            Is("GONOSUMDB"),
            Is("GONOSUMCHECK"),
            Is("GONOPROXY"),
            Is("GOPRIVATE"),
            Is("GOINSECURE"),
            Is("GOTOOLCHAIN"),
            Is("GOENV"),
            Is("GOAUTH"),
            Is("GOROOT"),
            Is("GOPATH"),
            Is("GOBIN"),
            Is("GOWORK"),
            Is("GOVCS"),
            Is("GOMODCACHE"),
            Is("GOCACHEPROG"),
        ],
    ),
];

/// Settings of libuv, which Node.js runs on, whose names look like uv's
/// (<https://docs.libuv.org/en/v1.x/threadpool.html>).
const LIBUV: [&str; 2] = ["UV_THREADPOOL_SIZE", "UV_USE_IO_URING"];

impl Name {
    fn is(&self, name: &str) -> bool {
        match self {
            Self::Is(known) => *known == name,
            Self::StartsWith(start) => name.starts_with(start),
            Self::StartsWithAnyCase(start) => name
                .get(..start.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(start)),
        }
    }
}

/// What setting `name` does, if it is one of them.
fn effect(name: &str) -> Option<&'static str> {
    if LIBUV.contains(&name) {
        return None;
    }
    TABLE
        .iter()
        .find(|(_, names)| names.iter().any(|known| known.is(name)))
        .map(|(effect, _)| *effect)
}

/// The findings about `spec.env`.
pub(super) fn check(spec: &SpecPackage) -> Vec<Draft> {
    spec.env
        .iter()
        .filter_map(|name| {
            let effect = effect(&name.value)?;
            Some(Draft {
                rule: RuleId::CodeExecutingEnv,
                route: format!("spec.env.{}", shortened(&name.value)),
                span: name.span,
                message: format!("{} {effect}.", quoted(&name.value)),
                help:
                    "Remove the variable, or find out what it loads: nothing of that was verified."
                        .to_owned(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::effect;

    #[test]
    fn tells_what_loads_code_from_what_configures_a_server() {
        for name in [
            "NODE_OPTIONS",
            "NODE_PATH",
            "PYTHONPATH",
            "PYTHONSTARTUP",
            "PYTHONHOME",
            "LD_PRELOAD",
            "LD_AUDIT",
            "DYLD_INSERT_LIBRARIES",
            "npm_config_registry",
            "NPM_CONFIG_REGISTRY",
            "Npm_Config__auth",
            "UV_INDEX",
            "UV_DEFAULT_INDEX",
            "PIP_INDEX_URL",
            "GOPROXY",
            "GOFLAGS",
            "GOSUMDB",
            "GOTOOLCHAIN",
            "BASH_ENV",
            "PATH",
            "PERL5OPT",
            "RUBYOPT",
            "JAVA_TOOL_OPTIONS",
        ] {
            assert!(effect(name).is_some(), "{name}");
        }
        for name in [
            "LOG_LEVEL",
            "ENV",
            "API_KEY",
            "PORT",
            "NODE_ENV",
            "NODE_OPTIONS_X",
            "MY_NODE_OPTIONS",
            "node_options",
            "path",
            "PATHS",
            "PYTHON_KEYRING_BACKEND",
            "PYTHONUNBUFFERED",
            "PYTHONPATHS",
            "HTTP_PROXY",
            "SSL_CERT_FILE",
            "NODE_EXTRA_CA_CERTS",
            "UV_THREADPOOL_SIZE",
            "UV",
            "GOMAXPROCS",
            "GOGC",
            "GODEBUG",
            "OLD_VALUE",
            "npm_package_name",
            "npm",
            "",
            "größe",
        ] {
            assert_eq!(effect(name), None, "{name}");
        }
    }
}
