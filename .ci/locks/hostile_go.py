"""go.sum files that lie, through the go command with a proxy of files and through this program.

hostile_go.py ENTRIES: ENTRIES is the program that prints what is read of a lock. Where the go command takes a module,
the hash that the program read is the module's.
"""
import base64, hashlib, io, json, os, pathlib, re, subprocess, sys, tempfile, zipfile

ENTRIES = os.path.abspath(sys.argv[1])
MODULE, VERSION = "example.com/a", "v1.0.0"
MOD = b"module example.com/a\n"
FILES = {f"{MODULE}@{VERSION}/go.mod": MOD, f"{MODULE}@{VERSION}/a.go": b"package a\n"}


def h1(files):
    """golang.org/x/mod/sumdb/dirhash, `Hash1`."""
    lines = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    return "h1:" + base64.b64encode(hashlib.sha256(lines.encode()).digest()).decode()


ZIP, GOMOD = h1(FILES), h1({"go.mod": MOD})
WRONG = "h1:" + base64.b64encode(bytes(32)).decode()
mod = f"{MODULE} {VERSION}/go.mod {GOMOD}\n"
zip_line = lambda hash: f"{MODULE} {VERSION} {hash}\n"
known = f"{MODULE}@{VERSION}"

# What is the case, the file, and what is read of it: `None` where it is refused.
CASES = [
    ("an honest file", zip_line(ZIP) + mod, [known]),
    ("ends of lines as on Windows", (zip_line(ZIP) + mod).replace("\n", "\r\n"), [known]),
    ("blanks and empty lines", f"\n\t{MODULE}   {VERSION}\u00a0{ZIP}  \n\n{mod}", [known]),
    ("the go.mod file alone", mod, []),
    ("a wrong hash", zip_line(WRONG) + mod, [f"{known} wrong"]),
    ("the same line twice", zip_line(ZIP) * 2 + mod, [known]),
    ("the wrong hash second", zip_line(ZIP) + zip_line(WRONG) + mod, [f"{known} contradicted"]),
    ("the wrong hash first", zip_line(WRONG) + zip_line(ZIP) + mod, [f"{known} contradicted wrong"]),
    ("a kind that nobody knows", zip_line("h2:x") + mod, ["broken"]),
    ("a kind that nobody knows first", zip_line("h2:x") + zip_line(ZIP) + mod, [known]),
    ("a byte order mark", "\ufeff" + zip_line(ZIP) + mod, ["broken"]),
    ("a byte order mark before another line", "\ufeff" + mod + zip_line(ZIP), [known]),
    ("two words", f"{MODULE} {VERSION}\n" + zip_line(ZIP) + mod, None),
    ("a comment", "// checked\n" + zip_line(ZIP) + mod, None),
    ("tabs", zip_line(ZIP).replace(" ", "\t") + mod, [known]),
    ("four words", zip_line(ZIP)[:-1] + " x\n" + mod, None),
    ("a hash without its end", zip_line(ZIP[:-1]) + mod, ["broken"]),
    ("a hash in capitals", zip_line("H1:" + ZIP[3:]) + mod, ["broken"]),
    ("a version in capitals", zip_line(ZIP).replace("v1", "V1") + mod, ["broken"]),
]


def read(path):
    output = subprocess.run([ENTRIES, path], capture_output=True, text=True, check=True).stdout
    lines = [json.loads(line) for line in output.splitlines()]
    return None if any("refused" in line for line in lines) else lines


def said(line):
    if "package" not in line:
        return "broken"
    right = line["digests"] == base64.b64decode(ZIP[3:]).hex()
    return line["package"] + (" contradicted" if line["contradiction"] else "") + ("" if right else " wrong")


def go(app, proxy, top):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GO")}
    environment |= {"GOPROXY": proxy.as_uri(), "GOSUMDB": "off", "GOFLAGS": "-mod=readonly -modcacherw", "GOTOOLCHAIN": "local",
                    "GOMODCACHE": f"{app}/cache", "GOCACHE": f"{top}/build", "HOME": str(top), "GO111MODULE": "on"}
    done = subprocess.run(["go", "list", "-deps", "./..."], cwd=app, env=environment, capture_output=True, text=True)
    return done.returncode == 0, done.stderr


def main():
    wrong = 0
    with tempfile.TemporaryDirectory() as top:
        top = pathlib.Path(top)
        proxy = top / "proxy"
        versions = proxy / MODULE / "@v"
        versions.mkdir(parents=True)
        (versions / "list").write_text(f"{VERSION}\n")
        (versions / f"{VERSION}.info").write_text(json.dumps({"Version": VERSION, "Time": "2026-01-01T00:00:00Z"}))
        (versions / f"{VERSION}.mod").write_bytes(MOD)
        with zipfile.ZipFile(versions / f"{VERSION}.zip", "w") as archive:
            for name, data in FILES.items():
                archive.writestr(zipfile.ZipInfo(name), data)
        for number, (name, text, expected) in enumerate(CASES):
            app = top / str(number)
            app.mkdir()
            (app / "go.mod").write_text(f"module app.example/m\n\ngo 1.17\n\nrequire {MODULE} {VERSION}\n")
            (app / "main.go").write_text(f'package main\n\nimport _ "{MODULE}"\n\nfunc main() {{}}\n')
            (app / "go.sum").write_bytes(text.encode())
            lines = read(app / "go.sum")
            shown = None if lines is None else [said(line) for line in lines]
            takes, words = go(app, proxy, top)
            problems = [] if shown == expected else [f"read {shown}, not {expected}"]
            # Refused or broken is no pass; whatever else is read has the hash of what is taken.
            if takes and lines is not None and not any("broken" in line for line in lines) and not any(
                    said(line).split()[0] == known and not said(line).endswith("wrong") for line in lines):
                problems.append("the go command takes the module")
            reason = re.sub(r"\s+", " ", words.strip())[:90]
            print(f"{'WRONG' if problems else 'as it is'} | {name} | go: {'takes it' if takes else f'refuses: {reason}'} | read: {'refused' if shown is None else shown}", *problems, sep="\n      ")
            wrong += bool(problems)
    print(f"{len(CASES)} files, {wrong} wrong")
    return wrong != 0


sys.exit(main())
