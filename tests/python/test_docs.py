"""The examples of the README, the guides and the notebooks run, and print what the page shows.

The Python blocks of a page run in order in one namespace, in an empty folder. A `text` block right after a
`python` block, or after an `sh` block with a `siting` command, is the output it must print; of times only
the unit must agree.
"""

import contextlib
import io
import itertools
import json
import re
import shlex
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest
from matplotlib import pyplot

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


class Block(NamedTuple):
    language: str
    line: int  # of the opening fence
    text: str
    between: str  # the text between it and the block before


def blocks(markdown):
    """The fenced blocks of a page."""
    found, between, inside = [], "", None
    for number, line in enumerate(markdown.splitlines(), start=1):
        if inside is None and line.startswith("```"):
            inside = (line.removeprefix("```").strip(), number, [])
        elif inside is None:
            between += line.strip()
        elif line.startswith("```"):
            language, start, lines = inside
            found.append(Block(language, start, "".join(lines), between))
            inside, between = None, ""
        else:
            inside[2].append(line + "\n")
    assert inside is None, f"the block of line {inside[1]} does not end"
    return found


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


def run_page(page):
    """Runs a page in the current folder; gives each shown output beside what was printed."""
    namespace = {"__name__": "page"}
    found = blocks(page.read_text(encoding="utf-8"))
    for block, following in itertools.zip_longest(found, found[1:]):
        if block.language == "python":
            printed = run_python(block.text, str(page), block.line, namespace)
        elif block.language == "sh" and commands(block.text):
            printed = "".join(run_command(given, page, block) for given in commands(block.text))
        else:
            continue
        if following is not None and following.language == "text" and not following.between:
            yield following, printed


def run_command(arguments, page, block):
    done = subprocess.run(
        [sys.executable, "-m", "siting", *arguments], capture_output=True, text=True
    )
    assert done.returncode == 0, f"{page}:{block.line}: {done.stderr}"
    return done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_examples_of_a_page_run_and_print_what_it_shows(page):
    for shown, printed in run_page(page):
        assert without_times(printed) == without_times(shown.text), f"{page}:{shown.line}"


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.name)
def test_the_cells_of_a_notebook_run_in_order(notebook):
    namespace = {"__name__": "notebook"}
    for number, cell in enumerate(json.loads(notebook.read_text(encoding="utf-8"))["cells"]):
        if cell["cell_type"] == "code":
            run_python("".join(cell["source"]), f"{notebook}, cell {number}", 0, namespace)


def test_the_rust_examples_of_every_page_are_documentation_tests():
    library = (ROOT / "src" / "lib.rs").read_text(encoding="utf-8")
    for page in PAGES:
        languages = {block.language for block in blocks(page.read_text(encoding="utf-8"))}
        included = f'include_str!("../{page.relative_to(ROOT).as_posix()}")' in library
        assert included == ("rust" in languages), f"{page} and src/lib.rs"


def test_links_between_the_pages_lead_somewhere():
    for page in [*PAGES, ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md"]:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if not target.startswith(("http://", "https://", "mailto:")):
                assert (page.parent / target).exists(), f"{page} links to {target}"


def test_every_dependency_has_a_reason_in_the_architecture():
    reasons = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set()
    for name in ("Cargo.toml", "python/Cargo.toml"):
        manifest = tomllib.loads((ROOT / name).read_text(encoding="utf-8"))
        named |= set(manifest["dependencies"]) | set(manifest.get("dev-dependencies", {}))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lists = [project["project"]["dependencies"], project["build-system"]["requires"]]
    lists += [*project["project"]["optional-dependencies"].values()]
    lists += [*project["dependency-groups"].values()]
    for entry in itertools.chain(*lists):
        if isinstance(entry, str):
            named.add(re.match(r"[A-Za-z0-9_-]+", entry)[0])
    named -= {"siting"}
    assert named
    assert [name for name in sorted(named) if f"`{name}`" not in reasons] == []


def rewrite(page):
    """Puts what is printed now into a page."""
    lines = page.read_text(encoding="utf-8").splitlines(keepends=True)
    # From the end, so that the lines above keep their numbers.
    for shown, printed in reversed(list(run_page(page))):
        if without_times(printed) != without_times(shown.text):
            printed = "".join(line + "\n" for line in printed.strip().splitlines())
            lines[shown.line : shown.line + len(shown.text.splitlines())] = [printed]
    page.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    # python tests/python/test_docs.py PAGE... : read the difference before committing it.
    pyplot.switch_backend("Agg")
    pages = [Path(name).resolve() for name in sys.argv[1:]]
    for each in pages:
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            rewrite(each)
