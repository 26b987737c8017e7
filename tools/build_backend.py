"""Build backend: maturin, with the two tools that the HiGHS build needs beside a C++ compiler.

HiGHS is compiled by cmake and bound through libclang. Machines with cargo and a compiler often have
neither, so both are taken from their PyPI wheels unless the user already provides them (`cmake` on
PATH or in `CMAKE`; `LIBCLANG_PATH`). Everything else is maturin's.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from importlib import util
from pathlib import Path

import maturin
from maturin import (  # noqa: F401  these hooks need nothing more
    build_sdist,
    get_requires_for_build_sdist,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

ROOT = Path(__file__).resolve().parent.parent
# An isolated build environment has a new path each time, and cargo rebuilds what depends on
# LIBCLANG_PATH when it changes: this copy keeps it the same. The Makefile names the same folder.
LIBCLANG = ROOT / "target" / "libclang"


def _has_cmake() -> bool:
    return bool(os.environ.get("CMAKE") or shutil.which("cmake"))


def get_requires_for_build_wheel(config_settings: dict | None = None) -> list[str]:
    """Maturin's requirements, and the wheels of the tools that the machine lacks."""
    requirements = maturin.get_requires_for_build_wheel(config_settings)
    if not _has_cmake():
        requirements.append("cmake>=3.20")
    if not os.environ.get("LIBCLANG_PATH"):
        requirements.append("libclang>=16")
    return requirements


get_requires_for_build_editable = get_requires_for_build_wheel


def keep_libclang() -> None:
    """Copy libclang from its wheel to `target/libclang`, once."""
    if LIBCLANG.is_dir():
        return
    package = util.find_spec("clang")
    if package is None or not package.submodule_search_locations:
        raise RuntimeError(
            "libclang not found: install the `libclang` wheel, or set LIBCLANG_PATH to the folder "
            "that holds your system's libclang"
        )
    LIBCLANG.parent.mkdir(exist_ok=True)
    # Copied aside and renamed, so that an interrupted copy is never taken for a whole one.
    with tempfile.TemporaryDirectory(dir=LIBCLANG.parent) as aside:
        copy = Path(aside) / "native"
        shutil.copytree(Path(package.submodule_search_locations[0]) / "native", copy)
        copy.rename(LIBCLANG)


def _provide_tools() -> None:
    if not os.environ.get("LIBCLANG_PATH"):
        keep_libclang()
        os.environ["LIBCLANG_PATH"] = str(LIBCLANG)
    if not _has_cmake():
        import cmake

        os.environ["PATH"] = os.pathsep.join([cmake.CMAKE_BIN_DIR, os.environ.get("PATH", "")])


def build_wheel(
    wheel_directory: str, config_settings: dict | None = None, metadata_directory: str | None = None
) -> str:
    """Build a wheel; the first build compiles HiGHS and takes some minutes."""
    _provide_tools()
    return maturin.build_wheel(wheel_directory, config_settings, metadata_directory)


def build_editable(
    wheel_directory: str, config_settings: dict | None = None, metadata_directory: str | None = None
) -> str:
    """Build an editable wheel; the first build compiles HiGHS and takes some minutes."""
    _provide_tools()
    return maturin.build_editable(wheel_directory, config_settings, metadata_directory)


if __name__ == "__main__":  # `make` prepares its own environment with the same function
    keep_libclang()
