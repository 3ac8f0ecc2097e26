"""Requirements and uv locks that lie, through pip and uv from an index on this machine and through this program.

hostile_python.py ENTRIES PIP UV: ENTRIES is the program that prints what is read of a lock, PIP the folder that pip is
installed in, UV the program. Whatever one of the two would install, the program must have as an entry, or say that it
cannot tell.
"""
import base64, concurrent.futures, hashlib, http.server, io, json, os, pathlib, re, subprocess, sys, tempfile, threading, zipfile

ENTRIES, PIP, UV = map(os.path.abspath, sys.argv[1:4])
NAMES, VERSIONS = ("a", "b", "evil"), ("1.0.0", "2.0.0")


def wheel(name, version, origin):
    """A wheel that has a module `NAME_origin.txt`, which says who served it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = f"{name}-{version}.dist-info"
        files = {
            f"{name}_origin.txt": origin,
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        record = ""
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path), text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
            record += f"{path},sha256={digest},{len(text)}\n"
        archive.writestr(zipfile.ZipInfo(f"{info}/RECORD"), f"{record}{info}/RECORD,,\n")
    return buffer.getvalue()


class Index:
    """A simple index with every name at every version."""

    def __init__(self, origin):
        self.files = {f"{name}-{version}-py3-none-any.whl": wheel(name, version, origin) for name in NAMES for version in VERSIONS}
        index = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                last = self.path.split("?")[0].strip("/").split("/")[-1]
                if last in index.files:
                    return self.answer(index.files[last], "application/octet-stream")
                if last in NAMES:
                    links = [f'<a href="/files/{file}#sha256={index.digest(file)}">{file}</a>' for file in index.files if file.startswith(f"{last}-")]
                    return self.answer(f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>".encode(), "text/html")
                if last == "more.txt":
                    return self.answer(b"evil==1.0.0\n", "text/plain")
                self.send_error(404)

            def answer(self, body, kind):
                self.send_response(200)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(body)

            do_HEAD = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.simple = f"{self.url}/simple"

    def digest(self, file):
        return hashlib.sha256(self.files[file]).hexdigest()


ours, other = Index("ours"), Index("other")
file = lambda name, version="1.0.0": f"{name}-{version}-py3-none-any.whl"
sha = lambda name, version="1.0.0", index=ours: f"sha256:{index.digest(file(name, version))}"
A, B, E = (f"--hash={sha(name)}" for name in NAMES)

# What is the case, the file, and what is read of it in a word for each entry; `None` where the file is refused.
REQUIREMENTS = [
    ("an honest file", f"a==1.0.0 \\\n    {A} \\\n    --hash={sha('a', '2.0.0')}\n    # via b\nb==1.0.0 {B}\n", "a@1.0.0 b@1.0.0"),
    ("ends of lines as on Windows", f"a==1.0.0 \\\r\n    {A}\r\nb==1.0.0 {B}\r\n", "a@1.0.0 b@1.0.0"),
    ("a byte order mark", f"\ufeffa==1.0.0 {A}\n", "a@1.0.0"),
    ("no hash", "a==1.0.0\n", "a@1.0.0 unhashed"),
    ("another file's hash", f"a==1.0.0 {B}\n", "a@1.0.0"),
    ("tabs", f"a==1.0.0\t{A}\n", "a@1.0.0"),
    ("quotation marks", f"a==1.0.0 --hash=\"{sha('a')}\"\n", "a@1.0.0"),
    ("a hash in a word of its own", f"a==1.0.0 --hash {sha('a')}\n", "a@1.0.0"),
    ("an abbreviated option", f"a==1.0.0 --has={sha('a')}\n", "broken"),
    ("a hash on the next line", f"a==1.0.0\n{A}\n", "a@1.0.0 unhashed"),
    ("a comment between", f"a==1.0.0 \\\n# why\n    {A}\n", "a@1.0.0 unhashed"),
    ("a comment that goes on", "a==1.0.0 # why \\\nevil==1.0.0\n", "broken"),
    ("a comment line that goes on", f"# why \\\nevil==1.0.0 {E}\n", "evil@1.0.0"),
    ("a comment that is none", f"a==1.0.0#evil {A}\n", "broken"),
    ("two on one line", f"a==1.0.0 {A} evil==1.0.0\n", "broken"),
    ("two on one line, joined", f"a==1.0.0 {A} \\\nevil==1.0.0\n", "broken"),
    ("two backslashes", f"a==1.0.0 \\\\\n{A}\n", "a@1.0.0"),
    ("a backslash at the end", f"a==1.0.0 {A} \\", "a@1.0.0"),
    ("a line that only Python sees", "a==1.0.0 # \u2028evil==1.0.0\n", None),
    ("a form feed", f"a==1.0.0 {A} # \fevil==1.0.0\n", None),
    ("a carriage return", "a==1.0.0 #\revil==1.0.0\n", None),
    ("another encoding", "# coding: utf-7\na==1.0.0 # +AAo-evil==1.0.0\n".encode(), None),
    ("two bytes a character", "evil==1.0.0\n".encode("utf-16"), None),
    ("a file included", f"-r more.txt\na==1.0.0 {A}\n", "b@1.0.0 a@1.0.0"),
    ("a file included, abbreviated", "--requirem more.txt\n", "broken"),
    ("a file included, in one word", "-rmore.txt\n", "b@1.0.0"),
    ("a file that is not below", "-r ../outside.txt\n", "broken"),
    ("a file from an address", f"-r {ours.url}/more.txt\n", "broken"),
    ("a file through a variable", "-r ${MORE}\n", "broken"),
    ("a requirement through a variable", "a==${VERSION}\n", "broken"),
    ("constraints", f"-c more.txt\na==1.0.0 {A}\n", "b@1.0.0 a@1.0.0"),
    ("a constraint that is an address", f"-c link.txt\na==1.0.0\n", "url a@1.0.0 unhashed"),
    ("another index", f"--index-url {other.simple}\na==1.0.0\n", "other-registry"),
    ("another index, hashed", f"--index-url {other.simple}\na==1.0.0 --hash={sha('a', index=other)}\n", "a@1.0.0"),
    ("one more index", f"--extra-index-url={other.simple}\na==1.0.0\n", "other-registry"),
    ("an address", f"a @ {ours.url}/files/{file('a')}\n", "url"),
    ("an address that is another's", f"a @ {ours.url}/files/{file('evil')}\n", "url"),
    ("an address alone", f"{ours.url}/files/{file('evil')}\n", "url"),
    ("no version", "a\n", "broken"),
    ("a range", "a>=1\n", "broken"),
    ("every version of a line", "a==1.*\n", "broken"),
    ("two conditions", "a==1.0.0,>0\n", "broken"),
    ("in brackets", "a (==1.0.0)\n", "broken"),
    ("a marker that holds never", f"a==1.0.0 ; python_version < '3' {A}\nb==1.0.0 {B}\n", "a@1.0.0 b@1.0.0"),
    ("a hash that pip knows and nobody gives", f"a==1.0.0 --hash=md5:{hashlib.md5(ours.files[file('a')]).hexdigest()}\n", "a@1.0.0 unhashed"),
    ("a stronger hash", f"a==1.0.0 --hash=sha512:{hashlib.sha512(ours.files[file('a')]).hexdigest()}\n", "a@1.0.0 unhashed"),
    ("a stronger hash of another file beside it", f"a==1.0.0 {A} --hash=sha512:{hashlib.sha512(ours.files[file('evil')]).hexdigest()}\n", "a@1.0.0 unhashed"),
    ("extras", f"a[x,y]==1.0.0 {A}\n", "a@1.0.0"),
    ("three equal signs", f"a===1.0.0 {A}\n", "a@1.0.0"),
    ("a name in capitals", f"A==1.0.0 {A}\n", "A@1.0.0"),
    ("source alone", f"--no-binary :all:\na==1.0.0 {A}\n", "a@1.0.0"),
    ("a folder of files", f"--find-links {other.url}/\na==1.0.0\n", "other-registry"),
    ("a folder to edit", f"-e ./local\n", "own"),
    ("an address with a hash", f"a @ {ours.url}/files/{file('evil')} --hash={sha('evil')}\n", "url"),
    ("a global option on the line", f"a==1.0.0 {A} --index-url {other.simple}\n", "broken"),
]


def package(name, version="1.0.0", source=None, url=None, digest=None, more=""):
    source = source or f'registry = "{ours.simple}"'
    url = url or f"{ours.url}/files/{file(name, version)}"
    hashed = "" if digest == "" else f', hash = "{digest or sha(name, version)}"'
    return f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ {source} }}\nwheels = [{{ url = "{url}"{hashed}{more} }}]\n'


def uv_lock(*packages, asked="a"):
    project = f'[[package]]\nname = "app"\nversion = "0"\nsource = {{ virtual = "." }}\ndependencies = [{{ name = "{asked}" }}]\n'
    return f'version = 1\nrevision = 3\nrequires-python = ">=3.9"\n{project}{"".join(packages)}'


LOCKS = [
    ("an honest lock", uv_lock(package("a")), "own a@1.0.0"),
    ("another package's file", uv_lock(package("a", url=f"{ours.url}/files/{file('evil')}", digest=sha("evil"))), "own a@1.0.0 contradicted"),
    ("another version's file", uv_lock(package("a", url=f"{ours.url}/files/{file('a', '2.0.0')}", digest=sha("a", "2.0.0"))), "own a@1.0.0 contradicted"),
    ("another index's file", uv_lock(package("a", url=f"{other.url}/files/{file('a')}", digest=sha("a", index=other))), "own a@1.0.0"),
    ("another index's file without a hash", uv_lock(package("a", url=f"{other.url}/files/{file('a')}", digest="")), "own other-registry"),
    ("another index's file with a weak hash", uv_lock(package("a", url=f"{other.url}/files/{file('a')}", digest="md5:" + hashlib.md5(other.files[file("a")]).hexdigest())), "own other-registry"),
    ("a file of the project as the index's", uv_lock(package("a", digest="")).replace(f'url = "{ours.url}/files/', 'path = "'), "own file"),
    ("no version", uv_lock(package("a")).replace('version = "1.0.0"\n', "", 1), "own broken"),
    ("dotted keys", uv_lock(package("a")).replace(f'source = {{ registry = "{ours.simple}" }}', f'source.registry = "{ours.simple}"'), "own a@1.0.0"),
    ("another source below", uv_lock(package("a")) + f'[package.source]\nurl = "{other.url}"\n', None),
    ("a table in a text of several lines", uv_lock(package("a")).replace("[[package]]", f"x = \"\"\"\n{package('evil')}\"\"\"\n[[package]]", 1), "own a@1.0.0"),
    ("a table with blanks", uv_lock(package("a"), package("evil").replace("[[package]]", "[[ package ]]"), asked="evil"), "own a@1.0.0 unreached evil@1.0.0"),
    ("a table indented", uv_lock(package("a"), package("evil").replace("[[package]]", "  [[package]]"), asked="evil"), "own a@1.0.0 unreached evil@1.0.0"),
    ("a name in quotes", uv_lock(package("a"), package("evil").replace("[[package]]", '[["package"]]'), asked="evil"), "own a@1.0.0 unreached evil@1.0.0"),
    ("ends of lines as on Windows", uv_lock(package("a")).replace("\n", "\r\n"), "own a@1.0.0"),
    ("another index", uv_lock(package("a", source=f'registry = "{other.simple}"', url=f"{other.url}/files/{file('a')}", digest=sha("a", index=other))), "own other-registry"),
    ("a wrong hash", uv_lock(package("a", digest=sha("evil"))), "own a@1.0.0"),
    ("no hash", uv_lock(package("a", digest="")), "own a@1.0.0 unhashed"),
    ("a weak hash", uv_lock(package("a", digest="md5:" + hashlib.md5(ours.files[file("a")]).hexdigest())), "own a@1.0.0 unhashed"),
    ("an address from the web", uv_lock(package("a", source=f'url = "{other.url}/files/{file("evil")}"')), "own url"),
    ("two sources", uv_lock(package("a", source=f'registry = "{ours.simple}", url = "{other.url}/files/{file("a")}"')), "own broken"),
    ("a name beside the address", uv_lock(package("a", more=f', filename = "{file("evil")}"')), "own a@1.0.0 unhashed"),
    ("the name alone", uv_lock(package("a")).replace(f'url = "{ours.url}/files/', 'filename = "'), "own a@1.0.0"),
    ("a compressed twin", uv_lock(package("a", more=f', zstd = {{ hash = "{sha("evil")}" }}')), "own a@1.0.0 unhashed"),
    ("a key twice", uv_lock(package("a")).replace("wheels", "wheels = []\nwheels"), None),
    ("an entry twice", uv_lock(package("a"), package("a", url=f"{ours.url}/files/{file('evil')}", digest=sha("evil"))), "own a@1.0.0 a@1.0.0 contradicted"),
    ("two versions", uv_lock(package("a"), package("a", "2.0.0")), "own a@1.0.0 a@2.0.0"),
    ("nobody asks for it", uv_lock(package("a"), package("evil")), "own a@1.0.0 evil@1.0.0 unreached"),
    ("a folder", uv_lock('[[package]]\nname = "a"\nversion = "1.0.0"\nsource = { directory = "../out" }\n'), "own link"),
    ("version 2", uv_lock(package("a")).replace("version = 1\n", "version = 2\n", 1), None),
    ("the key of the oldest locks", uv_lock(package("a")).replace("[[package]]", "[[distribution]]"), None),
    ("a byte order mark", "\ufeff" + uv_lock(package("a")), "own a@1.0.0"),
]


def said(line):
    if "package" not in line:
        return line.get("elsewhere", "broken")
    digests = [digest[-1] if isinstance(digest, list) else digest for digest in line["digests"]]
    words = line["package"] + (" contradicted" if line["contradiction"] else "")
    words += "" if digests and all(digests) else " unhashed"
    return words + ("" if line["reached"] else " unreached")


def ask(path):
    output = subprocess.run([ENTRIES, path, "https://registry.npmjs.org/", ours.simple], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in output.stdout.splitlines()]
    refused = any("refused" in line for line in lines)
    return None if refused else [line for line in lines if "name" in line]


def holds(lines, name, version, digest):
    """Whether an installed file is one that was read, or something was read that cannot be told."""
    if lines is None or any("package" not in line and line.get("elsewhere") != "own" for line in lines):
        return True
    for line in lines:
        digests = [found[-1] if isinstance(found, list) else found for found in line.get("digests", [])]
        # Neither without a hash nor contradicted is it a pass.
        if line.get("contradiction") or (line.get("package", "").lower() == f"{name}@{version}" and (not all(digests) or not digests or digest in digests)):
            return True
    return False


def run(command, cwd):
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "UV_"))}
    environment |= {"PYTHONPATH": PIP, "VERSION": "2.0.0", "MORE": "more.txt", "UV_CACHE_DIR": f"{cwd}/cache", "UV_PYTHON_DOWNLOADS": "never", "UV_OFFLINE": "0"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)


def origin(name, version, digest):
    for index, word in ((ours, "ours"), (other, "other")):
        if index.files.get(file(name, version)) and digest == index.digest(file(name, version)):
            return word
    return "?"


def pip(app):
    done = run([sys.executable, "-m", "pip", "install", "--isolated", "--dry-run", "--no-deps", "--ignore-installed", "--quiet",
                "--report", "-", "--disable-pip-version-check", "--no-cache-dir", "--index-url", ours.simple, "-r", "requirements.txt"], app)
    if done.returncode:
        return None
    found = []
    for one in json.loads(done.stdout)["install"]:
        digest = one["download_info"].get("archive_info", {}).get("hashes", {}).get("sha256")
        found.append((one["metadata"]["name"], one["metadata"]["version"], digest))
    return found


def installed(folder):
    """What lies in a folder of packages, with the digest of the wheel that it is of."""
    found = []
    for info in sorted(folder.glob("*.dist-info")):
        name, version = info.name.removesuffix(".dist-info").rsplit("-", 1)
        text = (folder / f"{name}_origin.txt").read_text() if (folder / f"{name}_origin.txt").exists() else "?"
        index = {"ours": ours, "other": other}.get(text, ours)
        found.append((name, version, index.digest(file(name, version))))
    return found


def uv_requirements(app):
    done = run([UV, "pip", "install", "--quiet", "--no-config", "--no-deps", "--target", "target", "--python", sys.executable,
                "--default-index", ours.simple, "-r", "requirements.txt"], app)
    return installed(app / "target") if done.returncode == 0 else None


def uv_sync(app):
    done = run([UV, "sync", "--quiet", "--no-config", "--frozen", "--no-install-project", "--default-index", ours.simple, "--python", sys.executable], app)
    if done.returncode:
        return None
    return installed(next((app / ".venv").glob("lib/python*/site-packages")))


def judge(app, name, text, expected, tools):
    """The lines to print of a case, of which those after the first say what is wrong."""
    app.mkdir(parents=True)
    path = app / ("uv.lock" if tools.keys() == {"uv"} else "requirements.txt")
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (app / "pyproject.toml").write_text('[project]\nname = "app"\nversion = "0"\nrequires-python = ">=3.9"\ndependencies = ["a"]\n')
    (app / "more.txt").write_text(f"b==1.0.0 {B}\n")
    (app / "link.txt").write_text(f"a @ {other.url}/files/{file('a')}\n")
    (app.parent / "outside.txt").write_text("evil==1.0.0\n")
    (app.parent / "out").mkdir()
    lines = ask(path)
    shown = None if lines is None else " ".join(map(said, lines))
    problems = [] if shown == expected else [f"read {shown}, not {expected}"]
    results = []
    for tool, install in tools.items():
        found = install(app)
        words = " ".join(f"{name}@{version} of {origin(name, version, digest)}" for name, version, digest in found or [])
        results.append(f"{tool}: {'refuses' if found is None else words or 'nothing'}")
        problems += [f"{tool} installs {name}@{version}" for name, version, digest in found or [] if not holds(lines, name, version, digest)]
    return [f"{'WRONG' if problems else 'as it is'} | {name} | {', '.join(results)} | read: {shown or 'refused'}", *problems]


def main():
    cases = [(*case, {"pip": pip, "uv": uv_requirements}) for case in REQUIREMENTS] + [(*case, {"uv": uv_sync}) for case in LOCKS]
    wrong = 0
    with tempfile.TemporaryDirectory() as top, concurrent.futures.ThreadPoolExecutor(4) as threads:
        apps = [pathlib.Path(top) / str(number) / "app" for number in range(len(cases))]
        for result in [threads.submit(judge, app, *case) for app, case in zip(apps, cases)]:
            first, *problems = result.result()
            print(first, *problems, sep="\n      ")
            wrong += bool(problems)
    print(f"{len(cases)} files, {wrong} wrong")
    return wrong != 0


sys.exit(main())
