"""Locks that npm and uv write here for real projects, through this program and through readers that share no code with it.

real.py ENTRIES UV: ENTRIES is the program that prints what is read of a lock. Names and versions are held against
`npm ls` and `uv export`, digests and addresses against Python's own readers of JSON and TOML.
"""
import base64, collections, concurrent.futures, json, os, pathlib, re, subprocess, sys, tempfile, tomllib

ENTRIES, UV = map(os.path.abspath, sys.argv[1:3])
UNREACHABLE = r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|dns error|Failed to fetch|error sending request"

NPM = {
    "one": {"dependencies": {"ms": "2.1.3"}},
    "server": {"dependencies": {"express": "4.21.2", "debug": "4.4.0"}},
    "page": {"dependencies": {"react": "19.0.0", "react-dom": "19.0.0"},
             "devDependencies": {"vite": "6.0.7", "@vitejs/plugin-react": "4.3.4", "typescript": "5.7.3", "eslint": "9.18.0"}},
    "names": {"workspaces": ["packages/*"], "overrides": {"ms": "2.1.2"},
              "dependencies": {"lodash-3": "npm:lodash@3.10.1", "lodash": "4.17.21", "string-width-cjs": "npm:string-width@4.2.3", "local": "file:./local"}},
    "tests": {"devDependencies": {"jest": "29.7.0", "@babel/preset-env": "7.26.0", "ts-jest": "29.2.5", "typescript": "5.7.3"}},
    "bundles": {"dependencies": {"npm": "10.9.2", "vitepress": "1.5.0", "webpack": "5.97.1", "webpack-cli": "6.0.1"}},
}
FOLDERS = {"names": {"packages/one": {"name": "one", "version": "1.0.0", "dependencies": {"debug": "4.3.4", "@isaacs/cliui": "8.0.2"}},
                     "local": {"name": "local", "version": "2.0.0", "dependencies": {"semver": "7.6.3"}}}}
PYTHON = {
    "small": 'dependencies = ["flask==3.1.0"]',
    "api": 'dependencies = ["fastapi[standard]==0.115.6", "sqlalchemy==2.0.37", "httpx"]\n[dependency-groups]\ndev = ["pytest==8.3.4", "ruff"]',
    "science": 'dependencies = ["scikit-learn==1.6.1", "pandas==2.2.3", "numpy<2; python_version<\'3.12\'", "numpy>=2; python_version>=\'3.12\'"]',
    "notebooks": 'dependencies = ["jupyterlab==4.3.4", "notebook"]\n[project.optional-dependencies]\nextra = ["matplotlib"]',
}


class Wrong(Exception):
    """What differs."""


class Unreachable(Exception):
    """A registry that cannot be reached from here."""


def same(what, ours, theirs):
    if ours != theirs:
        ours, theirs = (set(map(str, side)) for side in (ours, theirs))
        raise Wrong(f"{what}: only here {sorted(ours - theirs)[:5]}, only there {sorted(theirs - ours)[:5]}")


def run(*command, cwd):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        kind = Unreachable if re.search(UNREACHABLE, done.stderr) else Wrong
        raise kind(f"{command[0]} {command[1]}: {done.stderr.strip()[-300:]}")
    return done.stdout


def read(path):
    lines = [json.loads(line) for line in run(ENTRIES, path.name, cwd=path.parent).splitlines()]
    for line in lines:
        if "refused" in line or "broken" in line or "note" in line or line.get("contradiction") or line.get("alias") is False:
            raise Wrong(f"{path.name}: {line}")
    return lines


def npm(name, folder):
    for place, package in {".": {"name": name, "version": "1.0.0", **NPM[name]}, **FOLDERS.get(name, {})}.items():
        (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / place / "package.json").write_text(json.dumps(package))
    counts = collections.Counter()
    for version in ("3", "2"):
        run("npm", "install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund", "--lockfile-version", version, cwd=folder)
        path = folder / "package-lock.json"
        packages = json.loads(path.read_text())["packages"]
        del packages[""]
        lines = {line["name"]: line for line in read(path)}
        same("paths", list(lines), list(packages))
        expected, found = set(), set()

        def walk(tree):
            for folder, child in tree.get("dependencies", {}).items():
                if "version" in child:
                    found.add((folder, child["version"]))
                walk(child)

        walk(json.loads(run("npm", "ls", "--package-lock-only", "--all", "--json", cwd=folder)))
        text = path.read_text().splitlines()
        for key, entry in packages.items():
            line = lines[key]
            if not line["reached"] or f'"{key}"' not in text[line["line"] - 1]:
                raise Wrong(f"{key}: {line}")
            installed = key.split("node_modules/")[-1]
            target = packages.get(entry["resolved"], entry) if entry.get("link") else entry
            if "node_modules/" in key:
                expected.add((installed, target["version"]))
            if "package" in line:
                same(key, [line["package"]], [f"{entry.get('name', installed)}@{entry['version']}"])
                algorithm, _, digest = entry["integrity"].partition("-")
                digests = [base64.b64decode(digest).hex()] if algorithm == "sha512" else algorithm
                same(f"digests of {key}", [line["digests"]], [digests])
            counts["registry" if "package" in line else line["elsewhere"]] += 1
        same("npm ls", expected, found)
    return counts


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def pairs(lines):
    return {(normal(line["package"].split("@")[0]), line["package"].split("@")[1]) for line in lines if "package" in line}


def files(line):
    return sorted((file[0] or "?", file[1] or "?") for file in line["digests"])


def python(name, folder):
    folder.mkdir()
    (folder / "pyproject.toml").write_text(f'[project]\nname = "{name}"\nversion = "0.1.0"\nrequires-python = ">=3.11"\n{PYTHON[name]}\n')
    run(UV, "lock", "--quiet", cwd=folder)
    everything = ("--frozen", "--all-extras", "--all-groups", "--quiet")
    run(UV, "export", *everything, "--format", "requirements.txt", "-o", "requirements.txt", cwd=folder)
    run(UV, "export", *everything, "--format", "pylock.toml", "-o", "pylock.toml", cwd=folder)
    lock = tomllib.loads((folder / "uv.lock").read_text())["package"]
    lines = read(folder / "uv.lock")
    same("names", [line["name"] for line in lines], [package["name"] for package in lock])
    for line, package in zip(lines, lock):
        if "package" not in line:
            same("the project", [line["name"]], [name])
            continue
        listed = package.get("wheels", []) + ([package["sdist"]] if "sdist" in package else [])
        theirs = sorted((file["url"].split("/")[-1], file["hash"].removeprefix("sha256:")) for file in listed)
        same(f"files of {line['name']}", files(line), theirs)
        if not line["reached"]:
            raise Wrong(f"nobody asks for {line['name']}")
    exported = (folder / "requirements.txt").read_text()
    required = read(folder / "requirements.txt")
    listed = re.findall(r"^([\w.-]+)==(\S+)", exported, re.M)
    same("uv export", pairs(lines), {(normal(name), version) for name, version in listed})
    same("requirements.txt", [(line["package"].split("@")) for line in required if "package" in line], [list(pair) for pair in listed])
    hashes = [digest for line in required if "package" in line for digest in line["digests"]]
    same("hashes", hashes, re.findall(r"--hash=sha256:([0-9a-f]{64})", exported))
    packages = tomllib.loads((folder / "pylock.toml").read_text())["packages"]
    locked = read(folder / "pylock.toml")
    same("pylock.toml", pairs(locked), pairs(lines))
    for line, package in zip(locked, packages):
        if "package" in line:
            listed = package.get("wheels", []) + ([package["sdist"]] if "sdist" in package else [])
            theirs = sorted((file["url"].split("/")[-1], file["hashes"]["sha256"]) for file in listed)
            same(f"files of {line['name']} in pylock.toml", files(line), theirs)
    return collections.Counter("registry" if "package" in line else line["elsewhere"] for line in lines)


def main():
    os.environ["npm_config_update_notifier"] = "false"
    os.environ.pop("UV_EXCLUDE_NEWER", None)
    failed = 0
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(4) as threads:
        folder = pathlib.Path(folder)
        # The largest first.
        running = {f"npm, {name}": threads.submit(npm, name, folder / f"npm-{name}") for name in reversed(NPM)}
        running |= {f"uv, {name}": threads.submit(python, name, folder / f"uv-{name}") for name in PYTHON}
        for name, result in running.items():
            try:
                print(f"as it is | {name} | {dict(result.result())}")
            except Wrong as wrong:
                print(f"WRONG | {name} | {wrong}")
                failed = 1
            except Unreachable as error:
                print(f"SKIPPED: {name}: the lock cannot be written here: {error}")
                failed = failed or int(os.environ.get("CI_NO_SKIPS") == "1")
    return failed


sys.exit(main())
