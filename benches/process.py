"""Runs one measurement in a fresh process, so that its memory and its imports are its own."""

import importlib
import json
import resource
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULT = "result: "


def fresh(task, *, timeout, **arguments):
    """Calls "module:function" in a new interpreter; gives its dict with `peak_mib`, or `error`."""
    command = [sys.executable, str(HERE / "process.py"), task, json.dumps(arguments)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, cwd=HERE)
    except subprocess.TimeoutExpired:
        return {"error": f"still running after {timeout:.0f} s: stopped"}
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return {"error": f"exit code {done.returncode}: {last}"}
    last = [line for line in done.stdout.splitlines() if line.startswith(RESULT)][-1]
    return json.loads(last.removeprefix(RESULT))


def built(bench):
    """Builds a benchmark of the crate and tells where it is."""
    command = ["cargo", "build", "--release", "--features", "microlp,osm", "--bench", bench]
    done = subprocess.run(
        [*command, "--message-format=json"], stdout=subprocess.PIPE, text=True, cwd=HERE, check=True
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return [line["executable"] for line in lines if line.get("target", {}).get("name") == bench][-1]


def peak_mib():
    """Peak memory of this process in MiB, libraries included."""
    status = Path("/proc/self/status")
    if status.exists():
        # ru_maxrss would start from the memory of the process that started this one.
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main():
    task, arguments = sys.argv[1:]
    module, function = task.split(":")
    result = getattr(importlib.import_module(module), function)(**json.loads(arguments))
    result["peak_mib"] = peak_mib()
    print(f"\n{RESULT}{json.dumps(result)}")


if __name__ == "__main__":
    main()
