#!/bin/sh
# Install one dependency group of pyproject.toml into .venv, which is created when absent.
# Usage: PYTHON=python3 tools/set_up.sh GROUP. Run by make, which keeps a stamp per group.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
group=$1

if [ ! -x .venv/bin/pip ]; then
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
        echo "siting needs CPython 3.11 or later; '$python' is not that." >&2
        echo "Name another interpreter: make PYTHON=/path/to/python3 ..." >&2
        exit 1
    }
    echo "== Creating .venv"
    if "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        "$python" -m venv .venv
    else
        # Some systems ship CPython without these modules; pip alone is enough.
        "$python" -m pip install --quiet --target target/virtualenv virtualenv
        PYTHONPATH=target/virtualenv "$python" -m virtualenv --quiet .venv
    fi
fi

echo "== Installing the '$group' dependencies into .venv"
export PIP_DISABLE_PIP_VERSION_CHECK=1
# `--group` needs pip 25.1, newer than the pip that CPython 3.11 brings.
.venv/bin/python -m pip install --quiet --upgrade "pip>=25.1"
.venv/bin/python -m pip install --quiet --group "$group"

if [ "$group" = build ]; then
    .venv/bin/python tools/build_backend.py
fi
