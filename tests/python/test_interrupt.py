"""Ctrl-C, from a subprocess and from a thread that raises the signal."""

import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest
import siting


@pytest.fixture(autouse=True)
def listening():
    """Hears SIGINT: what a script starts in the background ignores it from the start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def hard():
    """A p-median that no solver finishes within the time of a test."""
    random = np.random.default_rng(7)
    travel = siting.TravelMatrix.from_dense(random.random((900, 300)))
    return siting.PMedian(travel, weights=random.integers(1, 50, 900), p=25)


def press_ctrl_c(after):
    timer = threading.Timer(after, signal.raise_signal, [signal.SIGINT])
    timer.start()
    return timer


def test_ctrl_c_returns_the_best_plan_so_far(hard):
    timer = press_ctrl_c(1.5)
    solution = hard.solve(time_limit=60)
    timer.join()
    assert solution.limit == "interrupt"
    assert solution.status == "feasible"
    assert len(solution.sites) == 25
    hard.check(solution)


def test_ctrl_c_inside_the_progress_function_returns_the_best_plan_too(hard):
    def press(progress):
        if progress.incumbent is not None:
            raise KeyboardInterrupt

    solution = hard.solve(time_limit=60, progress=press)
    assert solution.limit == "interrupt"


def test_ctrl_c_stops_a_long_search_along_streets():
    side = 300
    at = np.arange(side * side).reshape(side, side)
    pairs = [(at[:, :-1], at[:, 1:]), (at[:-1], at[1:])]
    edges = np.concatenate([np.column_stack([a.ravel(), b.ravel()]) for a, b in pairs])
    nodes = np.column_stack(np.divmod(np.arange(side * side), side)) * 80.0
    net = siting.Network.from_edges(nodes, edges)
    places = net.join(nodes[:5000])
    timer = press_ctrl_c(0.5)
    with pytest.raises(KeyboardInterrupt):
        net.travel(places, places, cutoff=None)
    timer.join()
    assert net.travel(nodes[:1], nodes[:1]).nnz == 1


def test_after_ctrl_c_the_next_solve_is_untouched():
    travel = siting.TravelMatrix.from_dense(np.eye(3))
    assert siting.PMedian(travel, weights=1, p=1).solve().limit is None


def test_python_goes_on_while_a_solve_runs(hard):
    ticks = []
    done = threading.Event()

    def tick():
        while not done.wait(0.02):
            ticks.append(time.monotonic())

    thread = threading.Thread(target=tick)
    thread.start()
    hard.solve(time_limit=1)
    done.set()
    thread.join()
    assert len(ticks) > 10


def test_a_solve_runs_outside_the_main_thread():
    travel = siting.TravelMatrix.from_dense(np.eye(3))
    model = siting.PMedian(travel, weights=1, p=1)
    found = []
    thread = threading.Thread(target=lambda: found.append(model.solve()))
    thread.start()
    thread.join()
    assert found[0].status == "optimal"


def test_ctrl_c_before_any_plan_raises_keyboard_interrupt_from_no_solution():
    # The capacities hold the demand to the last digit: whole points never fit into them.
    script = """
        import signal, sys, threading
        import numpy as np
        import siting
        signal.signal(signal.SIGINT, signal.default_int_handler)
        random = np.random.default_rng(3)
        sizes = random.uniform(50, 100, 120)
        travel = siting.TravelMatrix.from_dense(random.random((120, 40)))
        capacity = sizes.sum() / 40 * (1 + 1e-9)
        model = siting.PMedian(travel, weights=sizes, p=40, capacities=capacity, single_source=True)
        def press(progress=None):
            signal.raise_signal(signal.SIGINT)
        threading.Timer(0.3, press).start()
        try:
            solution = model.solve(time_limit=60)
        except KeyboardInterrupt as interrupt:
            assert isinstance(interrupt.__cause__, siting.NoSolutionError), interrupt.__cause__
            assert interrupt.__cause__.limit == "interrupt"
            print("interrupted")
    """
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "interrupted"
