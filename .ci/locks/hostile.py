"""Locks that lie, through `npm ci` from a registry on this machine and through this program.

hostile.py ENTRIES: ENTRIES is the program that prints what is read of a lock. For each lock npm is asked what it
installs. Whatever that is, the program must say so of the entry, or say that it cannot tell.
"""
import base64, concurrent.futures, hashlib, http.server, io, json, os, pathlib, re, subprocess, sys, tarfile, tempfile, threading

ENTRIES = os.path.abspath(sys.argv[1])
WRONG = base64.b64encode(bytes(64)).decode()


def tarball(name, version, origin, bundles=(), own_lock=None):
    """An npm package that says in `origin` who served it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        def add(folder, package):
            text = json.dumps(package).encode()
            info = tarfile.TarInfo(f"{folder}/package.json")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text))
        package = {"name": name, "version": version, "origin": origin}
        if bundles:
            package["dependencies"] = {bundled: "*" for bundled in bundles}
            package["bundleDependencies"] = list(bundles)
        add("package", package)
        if own_lock:
            text = json.dumps(own_lock).encode()
            info = tarfile.TarInfo("package/npm-shrinkwrap.json")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text))
        for bundled in bundles:
            add(f"package/node_modules/{bundled}", {"name": bundled, "version": "1.0.0", "origin": "bundle"})
    return buffer.getvalue()


class Registry:
    """Serves every name and version asked of it, from 127.0.0.1."""

    def __init__(self, origin):
        self.origin, self.made = origin, {}
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                path = self.path.replace("%2f", "/")
                found = re.fullmatch(r"/((?:@[^/]+/)?[^/]+)/-/([^/]+)-(\d.*)\.tgz", path)
                if found:
                    return self.answer(registry.file(found[1], found[3]), "application/octet-stream")
                if re.fullmatch(r"/(?:@[^/]+/)?[^/]+", path):
                    return self.answer(json.dumps(registry.packument(path[1:])).encode(), "application/json")
                self.send_error(404)

            def answer(self, body, kind):
                self.send_response(200)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def file(self, name, version):
        key = (name, version)
        if key not in self.made:
            own_lock = {"lockfileVersion": 3, "packages": {"": {}, "node_modules/hidden": entry("hidden")}} if name == "wrapped" else None
            self.made[key] = tarball(name, version, self.origin, ("inner",) if name == "bundler" else (), own_lock)
        return self.made[key]

    def address(self, name, version):
        return f"{self.url}/{name}/-/{name.split('/')[-1]}-{version}.tgz"

    def digest(self, name, version, algorithm="sha512"):
        digest = hashlib.new(algorithm, self.file(name, version)).digest()
        return f"{algorithm}-{base64.b64encode(digest).decode()}"

    def packument(self, name):
        versions = {}
        for version in ("1.0.0", "2.0.0"):
            dist = {"tarball": self.address(name, version), "integrity": self.digest(name, version)}
            versions[version] = {"name": name, "version": version, "dist": dist}
        return {"name": name, "dist-tags": {"latest": "2.0.0"}, "versions": versions}


ours, other = Registry("ours"), Registry("other")


def entry(package, version="1.0.0", registry=ours, **more):
    """An entry as npm writes it; `None` leaves a word out."""
    made = {"version": version, "resolved": registry.address(package, version), "integrity": registry.digest(package, version), **more}
    return {key: value for key, value in made.items() if value is not ...}


def lock(packages, asked=None, version=3, **more):
    root = {"name": "app", "version": "1.0.0", "dependencies": asked or {"a": "*"}}
    return {"name": "app", "version": "1.0.0", "lockfileVersion": version, "packages": {"": root, **packages}, **more}


def twice(first, second):
    """A lock in which `node_modules/a` stands twice."""
    text = json.dumps(lock({"node_modules/a": first, "node_modules/A": second}))
    return text.replace("node_modules/A", "node_modules/a")


def merged(first, second):
    """Valid JSON in which npm, which takes it for an unresolved merge, finds another `packages` than others."""
    packages = [json.dumps(lock({"node_modules/a": it})["packages"]) for it in (first, second)]
    return (
        f'{{"lockfileVersion": 3,\n"packages": {packages[0]}, "m": "<<<<<<< ======= >>>>>>>",\n'
        f'"x": {{"m": ">>>>>>>",\n"packages": {packages[1]}\n}}, "n": ">>>>>>>"\n}}'
    )


a, b = entry("a"), entry("b")
npmjs = "https://registry.npmjs.org"
bundler = lambda **more: lock(
    {"node_modules/bundler": entry("bundler", dependencies={"inner": "*"}, bundleDependencies=["inner"]),
     "node_modules/bundler/node_modules/inner": {"version": "1.0.0", "inBundle": True, **more}}, {"bundler": "*"})

# What is the case, the lock, and what is said of the entry named: `None` where the file as a whole is refused.
CASES = [
    ("an honest entry", lock({"node_modules/a": a}), {"node_modules/a": "a@1.0.0"}),
    ("an honest scope", lock({"node_modules/@s/a": entry("@s/a")}, {"@s/a": "*"}), {"node_modules/@s/a": "@s/a@1.0.0"}),
    ("a declared alias", lock({"node_modules/x": entry("b", name="b")}, {"x": "npm:b@*"}), {"node_modules/x": "b@1.0.0 as x"}),
    ("an alias that nobody declared", lock({"node_modules/a": entry("b", name="b")}), {"node_modules/a": "b@1.0.0 as a, undeclared"}),
    ("an alias that asks for itself", lock({"node_modules/p": entry("p", dependencies={"a": "*"}), "node_modules/a": entry("b", name="b", dependencies={"a": "npm:b@1.0.0"})}, {"p": "*"}), {"node_modules/a": "b@1.0.0 as a, undeclared"}),
    ("a folder of the project in its place", lock({"node_modules/a": {"resolved": "local", "link": True}, "local": {"name": "a", "version": "1.0.0"}}), {"node_modules/a": "link"}),
    ("another package's address", lock({"node_modules/a": b}), {"node_modules/a": "b@1.0.0, contradicted"}),
    ("another version's address", lock({"node_modules/a": {**entry("a", "2.0.0"), "version": "1.0.0"}}), {"node_modules/a": "a@2.0.0, contradicted"}),
    ("another name, the own address", lock({"node_modules/a": entry("a", name="b")}), {"node_modules/a": "a@1.0.0, contradicted"}),
    ("another registry", lock({"node_modules/a": entry("a", registry=other)}), {"node_modules/a": "other-registry"}),
    ("npm's registry, replaced", lock({"node_modules/a": {**a, "resolved": f"{npmjs}/a/-/a-1.0.0.tgz"}}), {"node_modules/a": "a@1.0.0"}),
    ("npm's registry with a port, replaced", lock({"node_modules/a": {**b, "resolved": "http://registry.npmjs.org:1/b/-/b-1.0.0.tgz"}}), {"node_modules/a": "b@1.0.0, contradicted"}),
    ("a way back in the address", lock({"node_modules/a": {**b, "resolved": f"{ours.url}/a/-/../../b/-/b-1.0.0.tgz"}}), {"node_modules/a": "b@1.0.0, contradicted"}),
    ("an encoded way back", lock({"node_modules/a": {**b, "resolved": f"{ours.url}/a/-/%2e%2e/%2E./b/-/b-1.0.0.tgz"}}), {"node_modules/a": "b@1.0.0, contradicted"}),
    ("no address", lock({"node_modules/a": entry("a", resolved=...)}), {"node_modules/a": "a@1.0.0"}),
    ("an empty address", lock({"node_modules/a": {**a, "resolved": "", "name": ""}}), {"node_modules/a": "a@1.0.0"}),
    ("no address, another name", lock({"node_modules/a": entry("b", name="b", resolved=...)}), {"node_modules/a": "b@1.0.0 as a, undeclared"}),
    ("no address, no digest", lock({"node_modules/a": {"version": "1.0.0"}}), {"node_modules/a": "a@1.0.0, missing"}),
    ("a version as the address", lock({"node_modules/a": {"version": "1.0.0", "resolved": "2.0.0"}}), {"node_modules/a": "broken"}),
    ("an alias as the address", lock({"node_modules/a": {"version": "1.0.0", "resolved": "npm:b@1.0.0"}}), {"node_modules/a": "broken"}),
    ("a tag as the address", lock({"node_modules/a": {"version": "1.0.0", "resolved": "latest"}}), {"node_modules/a": "broken"}),
    ("keys twice", twice(a, b), None),
    ("keys twice, one escaped", twice(a, b).replace('"node_modules/a": {"version"', '"node_modules\\u002fa": {"version"', 1), None),
    ("`packages` twice", json.dumps(lock({"node_modules/a": a}))[:-1] + ', "packages": ' + json.dumps(lock({"node_modules/a": b})["packages"]) + "}", None),
    ("`resolved` twice", json.dumps(lock({"node_modules/a": a})).replace('"integrity"', f'"resolved": "{ours.address("b", "1.0.0")}", "integrity"'), None),
    ("the older half differs", lock({"node_modules/a": a}, version=2, dependencies={"a": entry("a", "2.0.0")}), {"node_modules/a": "a@1.0.0"}),
    ("version 1 with `packages`", lock({"node_modules/a": a}, version=1), None),
    ("a version in words", lock({"node_modules/a": a}, version="3"), None),
    ("version 4", lock({"node_modules/a": a}, version=4), None),
    ("two digests, the second true", lock({"node_modules/a": {**a, "integrity": f"sha512-{WRONG} {a['integrity']}"}}), {"node_modules/a": "a@1.0.0, 2 digests"}),
    ("a weak digest beside a wrong one", lock({"node_modules/a": {**a, "integrity": f"{ours.digest('a', '1.0.0', 'sha1')} sha512-{WRONG}"}}), {"node_modules/a": "a@1.0.0, false digest"}),
    ("a weak digest", lock({"node_modules/a": {**a, "integrity": ours.digest("a", "1.0.0", "sha1")}}), {"node_modules/a": "a@1.0.0, sha1"}),
    ("a digest with an option", lock({"node_modules/a": {**a, "integrity": a["integrity"] + "?x"}}), {"node_modules/a": "a@1.0.0"}),
    ("no digest in the word", lock({"node_modules/a": {**a, "integrity": "hello"}}), {"node_modules/a": "a@1.0.0, unusable"}),
    ("a digest in capitals", lock({"node_modules/a": {**a, "integrity": f"SHA512-{WRONG}"}}), {"node_modules/a": "a@1.0.0, unusable"}),
    ("an algorithm nobody knows", lock({"node_modules/a": {**a, "integrity": f"sha9-{WRONG}"}}), {"node_modules/a": "a@1.0.0, unusable"}),
    ("a stronger algorithm", lock({"node_modules/a": {**a, "integrity": f"sha3-512-{WRONG} {a['integrity']}"}}), {"node_modules/a": "a@1.0.0, unusable"}),
    ("a digest cut short", lock({"node_modules/a": {**a, "integrity": "sha512-AAAA"}}), {"node_modules/a": "a@1.0.0, unusable"}),
    ("a digest after a line break", lock({"node_modules/a": {**a, "integrity": f"\n{a['integrity']}\t"}}), {"node_modules/a": "a@1.0.0"}),
    ("a digest after a blank of another kind", lock({"node_modules/a": {**a, "integrity": f"\u00a0sha512-{WRONG}\u2003{a['integrity']}"}}), {"node_modules/a": "a@1.0.0, unusable"}),
    ("a digest that is a number", lock({"node_modules/a": {**a, "integrity": 1}}), {"node_modules/a": "broken"}),
    ("nobody asks for it", lock({"node_modules/a": a, "node_modules/b": b}), {"node_modules/b": "b@1.0.0, unreached"}),
    ("nobody asks for it, and it says so", lock({"node_modules/a": a, "node_modules/b": {**b, "extraneous": True}}), {"node_modules/b": "b@1.0.0, unreached"}),
    ("one path in two spellings", lock({"node_modules/a": a, "node_modules/./a": b}), {"node_modules/./a": "broken"}),
    ("one path with two slashes", lock({"node_modules/a": a, "node_modules//a": b}), {"node_modules//a": "broken"}),
    ("one path with a slash at its end", lock({"node_modules/a": a, "node_modules/a/": b}), {"node_modules/a/": "broken"}),
    ("a path outside", lock({"node_modules/a": a, "../node_modules/b": b}), {"../node_modules/b": "broken"}),
    ("a path within a package", lock({"node_modules/a": a, "node_modules/a/lib/b": b}), {"node_modules/a/lib/b": "broken"}),
    ("a folder that comes from elsewhere", lock({"node_modules/a": a, "packages/b": b}), {"packages/b": "broken"}),
    ("a bundled package", bundler(), {"node_modules/bundler/node_modules/inner": "bundled"}),
    ("a bundled package with an address", bundler(resolved=ours.address("b", "1.0.0")), {"node_modules/bundler/node_modules/inner": "b@1.0.0, contradicted, missing"}),
    ("bundled, nobody bundles it", lock({"node_modules/a": {**a, "dependencies": {"inner": "*"}}, "node_modules/a/node_modules/inner": {"version": "1.0.0", "inBundle": True}}), {"node_modules/a/node_modules/inner": "inner@1.0.0, missing"}),
    ("bundled by the lock's word alone", lock({"node_modules/a": {**a, "dependencies": {"inner": "*"}, "bundleDependencies": ["inner"]}, "node_modules/a/node_modules/inner": {"version": "1.0.0", "inBundle": True, "resolved": ours.address("b", "1.0.0")}}), {"node_modules/a/node_modules/inner": "b@1.0.0, contradicted, missing"}),
    ("bundled by the lock's word alone, no address", lock({"node_modules/a": {**a, "dependencies": {"inner": "*"}, "bundleDependencies": ["inner"]}, "node_modules/a/node_modules/inner": {"version": "1.0.0", "inBundle": True}}), {"node_modules/a/node_modules/inner": "bundled"}),
    ("bundled by the project", lock({"node_modules/a": {**a, "inBundle": True, "resolved": ours.address("b", "1.0.0"), "integrity": b["integrity"]}}, bundle=True), {"node_modules/a": "b@1.0.0, contradicted"}),
    ("a link by a word", lock({"node_modules/a": {**b, "link": "yes"}}), {"node_modules/a": "broken"}),
    ("a link to nothing", lock({"node_modules/a": {"link": True}}), {"node_modules/a": "broken"}),
    ("a link with an address", lock({"node_modules/a": {**b, "link": True}}), {"node_modules/a": "link"}),
    ("a link to a folder of the project", lock({"node_modules/a": {"resolved": "local", "link": True}, "local": {"version": "1.0.0"}}, {"a": "file:local"}), {"node_modules/a": "own", "local": "own"}),
    ("a link to another package's folder", lock({"node_modules/a": {"resolved": "node_modules/b", "link": True}, "node_modules/b": b}, {"a": "file:node_modules/b"}), {"node_modules/a": "link", "node_modules/b": "b@1.0.0"}),
    ("a byte order mark", "\ufeff" + json.dumps(lock({"node_modules/a": a})), {"node_modules/a": "a@1.0.0"}),
    ("`null` for everything", lock({"node_modules/a": {"version": "1.0.0", "resolved": None, "integrity": None, "name": None}}), {"node_modules/a": "a@1.0.0, missing"}),
    ("`false` for everything", lock({"node_modules/a": {"version": "1.0.0", "resolved": False, "integrity": False}}), {"node_modules/a": "broken"}),
    ("a package that is text", lock({"node_modules/a": "b"}), {"node_modules/a": "broken"}),
    ("commands of the lock's own", lock({"node_modules/a": {**a, "scripts": {"postinstall": "sh"}}}), {"node_modules/a": "broken"}),
    ("an address in npm's own word", lock({"node_modules/a": {"version": "1.0.0", "_resolved": other.address("a", "1.0.0"), "_integrity": other.digest("a", "1.0.0")}}), {"node_modules/a": "broken"}),
    ("a digest in npm's own word", lock({"node_modules/a": {"version": "1.0.0", "resolved": ours.address("a", "1.0.0"), "_integrity": other.digest("a", "1.0.0")}}), {"node_modules/a": "broken"}),
    ("a lock of its own", lock({"node_modules/wrapped": {**entry("wrapped"), "hasShrinkwrap": True}}, {"wrapped": "*"}), {"node_modules/wrapped": "wrapped@1.0.0, own lock"}),
    ("a lock of its own that the lock does not tell of", lock({"node_modules/wrapped": entry("wrapped")}, {"wrapped": "*"}), {"node_modules/wrapped": "wrapped@1.0.0"}),
    ("a lock of its own in npm's own word", lock({"node_modules/wrapped": {**entry("wrapped"), "_hasShrinkwrap": 1}}, {"wrapped": "*"}), {"node_modules/wrapped": "broken"}),
    ("a blank before the address", lock({"node_modules/a": {**b, "resolved": f" {b['resolved']}"}}), {"node_modules/a": "broken"}),
    ("a blank after the address", lock({"node_modules/a": {**b, "resolved": f"{b['resolved']} "}}), {"node_modules/a": "broken"}),
    ("backslashes in the address", lock({"node_modules/a": {**b, "resolved": b["resolved"].replace("/", "\\")}}), {"node_modules/a": "broken"}),
    ("a fragment after the address", lock({"node_modules/a": {**a, "resolved": f"{a['resolved']}#x"}}), {"node_modules/a": "other-registry"}),
    ("marks of a merge in valid JSON", merged(a, entry("a", registry=other)), None),
    ("an alias that `overrides` ask for", lock({"node_modules/p": entry("p", dependencies={"a": "*"}), "node_modules/a": entry("b", name="b")}, {"p": "*"}, project={"overrides": {"a": "npm:b@*"}}), {"node_modules/a": "b@1.0.0 as a"}),
    ("an alias by the lock's word alone", lock({"node_modules/a": entry("b", name="b")}, {"a": "npm:b@*"}, project={"dependencies": {"a": "*"}}), {"node_modules/a": "b@1.0.0 as a, undeclared"}),
    ("two cases of one name", lock({"node_modules/a": a, "node_modules/A": entry("A")}), {"node_modules/a": "a@1.0.0", "node_modules/A": "A@1.0.0, unreached"}),
    ("a range as the version", lock({"node_modules/a": {"version": "^1.0.0", "integrity": a["integrity"]}}), {"node_modules/a": "broken"}),
    ("a file as the version", lock({"node_modules/a": {"version": "file:local"}}), {"node_modules/a": "broken"}),
    ("a version with a letter", lock({"node_modules/a": {"version": "v1.0.0"}}), {"node_modules/a": "broken"}),
    ("two keys for npm's own objects", lock({"node_modules/a": a, "__proto__": {"node_modules/b": b}}), {"__proto__": "own"}),
]


def said(line):
    """What the program says of an entry, in a word."""
    if "package" not in line:
        return line.get("elsewhere", "broken")
    words = line["package"]
    if line["alias"] is not None:
        words += f" as {line['name'].split('node_modules/')[-1]}" + ("" if line["alias"] else ", undeclared")
    words += ", contradicted" if line["contradiction"] else ""
    words += ", own lock" if line["own_lock"] else ""
    digests = line["digests"]
    if isinstance(digests, str):
        words += f", {digests}"
    elif len(digests) > 1:
        words += f", {len(digests)} digests"
    elif digests == [bytes(64).hex()]:
        words += ", false digest"
    return words + ("" if line["reached"] else ", unreached")


def installed(folder):
    """The packages below `node_modules`, by their paths."""
    found = {}
    for path in sorted((folder / "node_modules").rglob("package.json")):
        key = path.parent.relative_to(folder).as_posix()
        found[key] = json.loads(path.read_text())
    return found


def holds(line, package):
    """Whether what is said of an entry is what npm installed for it, or that nothing can be told."""
    if "package" not in line:
        return True
    real = f"{package['name']}@{package['version']}"
    if line["package"] != real or package["origin"] != "ours":
        return False
    digest = hashlib.sha512(ours.file(package["name"], package["version"])).hexdigest()
    return isinstance(line["digests"], str) or digest in line["digests"]


def ci(app, folder):
    """What `npm ci` installs, and its words where it refuses."""
    environment = {**os.environ, "npm_config_update_notifier": "false", "npm_config_fund": "false", "npm_config_audit": "false"}
    command = ["npm", "ci", "--ignore-scripts", "--registry", ours.url, "--cache", folder / "cache", "--fetch-retries", "0", "--loglevel", "error"]
    npm = subprocess.run(command, cwd=app, env=environment, capture_output=True, text=True)
    if npm.returncode:
        code = re.search(r"npm error code (\S+)", npm.stderr)
        return {}, f"refuses, {code[1] if code else npm.stderr.splitlines()[0]}"
    packages = installed(app)
    words = [f"{key.removeprefix('node_modules/')} = {package['name']}@{package['version']} of {package['origin']}" for key, package in packages.items()]
    return packages, ", ".join(words) or "installs nothing"


def judge(folder, name, written, expected):
    """The lines to print of a case, of which those after the first say what is wrong."""
    app = folder / "app"
    (app / "local").mkdir(parents=True)
    (app / "local/package.json").write_text('{"name": "local", "version": "1.0.0", "origin": "folder"}')
    text = written if isinstance(written, str) else json.dumps(written)
    root = json.loads(text.removeprefix("\ufeff"))
    package = {"name": "app", "version": "1.0.0", "dependencies": root["packages"][""]["dependencies"]}
    if root.get("bundle"):
        package["bundleDependencies"] = ["a"]
    package.update(root.get("project", {}))
    (app / "package.json").write_text(json.dumps(package))
    (app / "package-lock.json").write_text(text)
    output = subprocess.run([ENTRIES, app / "package-lock.json", ours.url], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in output.stdout.splitlines()]
    packages, words = ci(app, folder)
    refused = next((line["refused"] for line in lines if "refused" in line), None)
    read = {line["name"]: line for line in lines if "name" in line}
    problems = [f"refused: {refused}"] if (expected is None) != (refused is not None) else []
    for key, said_of_it in (expected or {}).items():
        found = said(read[key]) if key in read else "not there"
        if found != said_of_it:
            problems.append(f"{key} is {found}, not {said_of_it}")
    for key, package in packages.items():
        # What a link, a bundle or a package's own lock brings is part of what brings it.
        told = refused is not None or any(key.startswith(f"{at}/") and line.get("own_lock") for at, line in read.items()) or package["origin"] in ("folder", "bundle") or any(
            holds(line, package) for at, line in read.items() if os.path.normpath(at) == key)
        if not told:
            problems.append(f"npm installed {package['name']}@{package['version']} of {package['origin']} at {key}")
    shown = "refused" if refused is not None else "; ".join(map(said, read.values()))
    return [f"{'WRONG' if problems else 'as it is'} | {name} | npm: {words} | read: {shown}", *problems]


def main():
    wrong = 0
    with tempfile.TemporaryDirectory() as top, concurrent.futures.ThreadPoolExecutor(4) as threads:
        folders = [pathlib.Path(top) / str(number) for number in range(len(CASES))]
        for result in [threads.submit(judge, folder, *case) for folder, case in zip(folders, CASES)]:
            first, *problems = result.result()
            print(first, *problems, sep="\n      ")
            wrong += bool(problems)
    print(f"{len(CASES)} locks, {wrong} wrong")
    return wrong != 0


sys.exit(main())
