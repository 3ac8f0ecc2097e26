"""Asks pip which files of an index it would take, and lets it take one.

    python3 -I pip.py FOLDER-WITH-PIP

On standard input: per page a line of JSON, {"index", "requirement"}. On standard output: per page a
line of JSON, {"applicable": [URL...], "installed": URL or null}; a key is absent
where pip could not bear the page.
All pages are asked for in one process: pip's start would take longer than its work.
"""
import io
import json
import os
import sys
import tempfile

sys.path.insert(0, sys.argv[1])

from pip._internal.cli.main import main
from pip._internal.index.collector import LinkCollector
from pip._internal.index.package_finder import PackageFinder
from pip._internal.models.search_scope import SearchScope
from pip._internal.models.selection_prefs import SelectionPreferences
from pip._internal.models.target_python import TargetPython
from pip._internal.network.session import PipSession
from pip._internal.req.constructors import install_req_from_line

# The machine's own Python, and one whose version fits what pip looks for in `-py3.9.tar.gz`.
PYTHONS = [None, (3, 9)]


def applicable(index, requirement):
    """Every file that pip may come to take: it goes on to the next one where one's metadata is wrong."""
    wanted = install_req_from_line(requirement)
    found = []
    with PipSession() as session:
        for python in PYTHONS:
            finder = PackageFinder.create(
                link_collector=LinkCollector(
                    session=session,
                    search_scope=SearchScope.create(find_links=[], index_urls=[index], no_index=False),
                ),
                selection_prefs=SelectionPreferences(allow_yanked=True, ignore_requires_python=True),
                target_python=TargetPython(py_version_info=python),
            )
            result = finder.find_best_candidate(wanted.name, wanted.specifier)
            if hasattr(result, "iter_applicable"):  # pip 23
                candidates = result.iter_applicable()
            else:
                candidates = result.applicable_candidates
            found += [candidate.link.url for candidate in candidates]
    return found


def installed(index, requirement, report):
    """The file that `pip install` takes: downloaded, its hash checked, its metadata read."""
    code = main([
        "--isolated", "--no-input", "--disable-pip-version-check", "--no-cache-dir", "--no-color",
        "install", "--dry-run", "--ignore-installed", "--no-deps", "--no-build-isolation",
        "--index-url", index, "--report", report, "--retries", "0", requirement,
    ])
    if code != 0:
        return None
    with open(report, encoding="utf-8") as text:
        (taken,) = json.load(text)["install"]
    return taken["download_info"]["url"]


def run():
    # pip writes to the streams it finds; the answers go where they were.
    answers, sys.stdout = sys.stdout, io.StringIO()
    sys.stderr = sys.stdout
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        for line in sys.stdin:
            page = json.loads(line)
            sys.stdout.seek(0)
            sys.stdout.truncate()
            answer = {}
            for key, question in [
                ("applicable", lambda: applicable(page["index"], page["requirement"])),
                ("installed", lambda: installed(page["index"], page["requirement"], report)),
            ]:
                try:
                    answer[key] = question()
                except Exception:  # pip's own: it takes nothing from such a page.
                    pass
            print(json.dumps(answer), file=answers, flush=True)


run()
