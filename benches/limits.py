"""Time limits and Ctrl-C on hard instances: python benches/limits.py.

A time limit must hold within 5 % and a second, model building included; Ctrl-C must return the best
plan within half a second.
"""

import os
import signal
import threading
import time

import siting
from cases import SIDE, random_town
from process import fresh

LIMITS = [0.5, 2.0, 10.0]
SIGNALS = [0.1, 0.5, 3.0]
# A solve that does not stop by itself is stopped from outside after this.
PATIENCE = 90.0


# Most seconds between Ctrl-C and the answer.
LATENCY = 0.5


def allowed(limit):
    """Most seconds that building and solving may take."""
    return 1.05 * limit + 1


def mclp():
    demand, sites, weights = random_town(5_000, 500, 1)
    travel = siting.TravelMatrix.from_points(demand, sites, cutoff=0.095 * SIDE)
    return siting.MaxCover(travel, weights=weights, p=30)


def p_median():
    demand, sites, weights = random_town(2_000, 200, 1)
    return siting.PMedian(siting.TravelMatrix.from_points(demand, sites), weights=weights, p=20)


def capacitated():
    demand, sites, weights = random_town(500, 100, 1)
    travel = siting.TravelMatrix.from_points(demand, sites)
    capacity = float(1.1 * weights.sum() / 10)
    return siting.PMedian(travel, weights=weights, p=10, capacities=capacity, single_source=True)


def p_center():
    demand, sites, _ = random_town(1_312, 465, 1)
    return siting.PCenter(siting.TravelMatrix.from_points(demand, sites), p=40)


def set_cover():
    demand, sites, _ = random_town(10_000, 1_000, 1)
    return siting.SetCover(siting.TravelMatrix.from_points(demand, sites, cutoff=0.1 * SIDE))


MODELS = {
    "MCLP 5,000 x 500": mclp,
    "p-median 2,000 x 200": p_median,
    "capacitated p-median 500 x 100": capacitated,
    "p-center 1,312 x 465": p_center,
    "set cover 10,000 x 1,000": set_cover,
}


def run(name, method, limit=None, press=None):
    """Solves with a time limit, or with Ctrl-C pressed after some seconds."""
    # A job in the background starts with Ctrl-C ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    start = time.perf_counter()
    model = MODELS[name]()
    pressed = []

    def press_ctrl_c():
        pressed.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(press or 0, press_ctrl_c)
    if press is not None:
        timer.start()
    try:
        solution = model.solve(time_limit=limit, method=method)
        found = {"status": solution.status, "limit": solution.limit, "gap": solution.gap}
    except (siting.NoSolutionError, KeyboardInterrupt) as error:
        found = {"status": f"no plan ({type(error).__name__})", "limit": "", "gap": None}
    ended = time.perf_counter()
    timer.cancel()
    late = ended - pressed[0] if pressed else None
    return found | {"seconds": ended - start, "latency": late}


def measure():
    """One row for each model and method."""
    rows = []
    for name in MODELS:
        for method in ("auto", "mip"):
            print(f"Limits: {name}, method {method}", flush=True)
            asked = {"timeout": PATIENCE, "name": name, "method": method}
            rows.append(
                {
                    "model": name,
                    "method": method,
                    "limits": [fresh("limits:run", limit=limit, **asked) for limit in LIMITS],
                    "signals": [fresh("limits:run", press=press, **asked) for press in SIGNALS],
                }
            )
    return {"rows": rows}


def problems(found):
    """What does not hold, as sentences."""
    for row in found["rows"]:
        name = f"{row['model']}, method {row['method']}"
        for limit, run in zip(LIMITS, row["limits"], strict=True):
            if "error" in run:
                yield f"{name}, {limit} s: {run['error']}"
            elif run["seconds"] > allowed(limit):
                yield f"{name}: {run['seconds']:.1f} s with a limit of {limit} s"
        for press, run in zip(SIGNALS, row["signals"], strict=True):
            if "error" in run:
                yield f"{name}, Ctrl-C at {press} s: {run['error']}"
            elif (run["latency"] or 0) > LATENCY:
                yield f"{name}: Ctrl-C at {press} s answered after {run['latency']:.1f} s"


if __name__ == "__main__":
    report = list(problems(measure()))
    print("\n".join(report) or "Every limit and every Ctrl-C held.")
