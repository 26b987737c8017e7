import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benches" / "recompute.py"
# From the first site to the points: 0, 5, the root of 2; the last point is a site itself.
INSTANCE = """NAME : tiny
EDGE_WEIGHT_TYPE : CEIL_2D
NODE_COORD_SECTION
1 0 0
2 3 4
3 1 1
4 90 0
EOF
"""


def recompute(folder, *, costs="euclidean, rounded down", objective="6", sites="1\n4\n"):
    (folder / "nested").mkdir()
    (folder / "nested" / "tiny.tsp").write_text(INSTANCE)
    said = {"instance": "tiny", "p": "2", "costs": costs, "objective": objective, "bound": "5.5"}
    head = "".join(f"# {key}: {value}\n" for key, value in said.items())
    (folder / "tiny_p2.txt").write_text(head + sites)
    command = [sys.executable, SCRIPT, "--data", folder, folder / "tiny_p2.txt"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("costs", "objective"), [("euclidean, rounded down", "6"), ("euclidean", "6.414213562373095")]
)
def test_a_stored_solution_that_is_right_agrees(tmp_path, costs, objective):
    done = recompute(tmp_path, costs=costs, objective=objective)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(f"stored {objective}, bound 5.5: agrees\n")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"objective": "7"}, "another objective"),
        ({"sites": "1\n"}, "1 different sites"),
        ({"sites": "4\n4\n"}, "1 different sites"),
        ({"sites": "1\n5\n"}, "sites beyond the instance"),
        ({"sites": "0\n1\n"}, "sites beyond the instance"),
    ],
)
def test_a_stored_solution_that_is_wrong_is_told(tmp_path, wrong, told):
    done = recompute(tmp_path, **wrong)
    assert done.returncode == 1
    assert told in done.stdout
