"""The examples of the README, the guides and the notebooks run, and print what the page shows.

The Python blocks of a page run in order in one namespace, in an empty folder. A `text` block right after a
`python` block, or after an `sh` block with a `siting` command, is the output it must print; of times only
the unit must agree.
"""

import contextlib
import io
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from matplotlib import pyplot

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


class Block(NamedTuple):
    language: str
    line: int
    text: str
    shown: str | None


def blocks(markdown):
    """The fenced blocks of a page, each with the output shown right after it."""
    found, after, inside = [], "", None
    for number, line in enumerate(markdown.splitlines(), start=1):
        if inside is not None:
            if line.startswith("```"):
                language, start, lines = inside
                found.append((language, start, "\n".join(lines) + "\n", after))
                inside, after = None, ""
            else:
                inside[2].append(line)
        elif line.startswith("```"):
            inside = (line.removeprefix("```").strip(), number, [])
        else:
            after += line.strip()
    assert inside is None, f"the block of line {inside[1]} does not end"
    result = []
    for at, (language, line, text, _) in enumerate(found):
        following = found[at + 1] if at + 1 < len(found) else ("", 0, "", "")
        shown = following[2] if following[0] == "text" and not following[3] else None
        result.append(Block(language, line, text, shown))
    return result


def commands(text):
    """The `siting` commands of a shell block."""
    lines = text.replace("\\\n", " ").splitlines()
    return [shlex.split(line)[1:] for line in lines if line.startswith("siting ")]


def without_times(text):
    text = re.sub(r"\d+(\.\d+)? s\b", "? s", text)
    return [line.rstrip() for line in text.strip().splitlines()]


def run_python(text, where, line, namespace):
    # Empty lines in front give errors the line of the page.
    code = compile("\n" * line + text, where, "exec")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, namespace)
    return printed.getvalue()


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    pyplot.switch_backend("Agg")
    monkeypatch.chdir(tmp_path)
    yield
    pyplot.close("all")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_examples_of_a_page_run_and_print_what_it_shows(page):
    namespace = {"__name__": "page"}
    for block in blocks(page.read_text(encoding="utf-8")):
        if block.language == "python":
            printed = run_python(block.text, str(page), block.line, namespace)
        elif block.language == "sh" and commands(block.text):
            printed = ""
            for arguments in commands(block.text):
                done = subprocess.run(
                    [sys.executable, "-m", "siting", *arguments], capture_output=True, text=True
                )
                assert done.returncode == 0, f"{page}:{block.line}: {done.stderr}"
                printed += done.stdout
        else:
            continue
        if block.shown is not None:
            assert without_times(printed) == without_times(block.shown), f"{page}:{block.line}"


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.name)
def test_the_cells_of_a_notebook_run_in_order(notebook):
    namespace = {"__name__": "notebook"}
    for number, cell in enumerate(json.loads(notebook.read_text(encoding="utf-8"))["cells"]):
        if cell["cell_type"] == "code":
            run_python("".join(cell["source"]), f"{notebook}, cell {number}", 0, namespace)


def test_links_between_the_pages_lead_somewhere():
    for page in [*PAGES, ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md"]:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if not target.startswith(("http://", "https://", "mailto:")):
                assert (page.parent / target).exists(), f"{page} links to {target}"
