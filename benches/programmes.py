"""Programmes of services: the elders of Zhengzhou at three budgets. Each runs in a fresh process."""

import time

import numpy as np
import siting
from process import fresh
from towns import zhengzhou_layers

BUDGETS = [20e6, 60e6, 150e6]
# Every one of them must reach this gap within this time.
GAP = 0.01
LIMIT = 300.0

# m² of the sizes that the policy reports name, and how often each is drawn here.
SIZES = {135: 0.45, 500: 0.25, 800: 0.2, 2_000: 0.07, 4_000: 0.03}
CORE = ["elderly care", "community canteen"]


def zhengzhou_programme(data):
    """Elderly care, canteens and clinics for the elders; areas of the candidates are drawn, costs assumed."""
    homes, spaces = zhengzhou_layers(data)
    homes["people"] = homes["elders"]
    draw = np.random.Generator(np.random.PCG64(0))
    spaces["area_m2"] = draw.choice(list(SIZES), size=len(spaces), p=list(SIZES.values()))
    spaces["kind"] = "idle building"
    spaces["conversion_cost"] = 800.0 * spaces["area_m2"]
    spaces["rent_per_year"] = 120.0 * spaces["area_m2"]

    def service(name, need, limit, modules):
        sizes = [
            siting.Module(
                f"{area:.0f} m²",
                area=area,
                places=places,
                capital_cost=1_400.0 * area,
                running_cost=running,
                income=income,
            )
            for area, places, running, income in modules
        ]
        return siting.Service(name, needs={"people": need}, limit=limit, modules=sizes)

    services = [
        service("elderly care", 0.02, 1_000, [(135, 20, 2.4e5, 1.2e5), (500, 80, 8e5, 4.6e5)]),
        service(
            "community canteen", 0.06, 1_000, [(120, 80, 3.3e5, 1.8e5), (300, 220, 7e5, 4.4e5)]
        ),
        service("health", 0.1, 1_000, [(100, 400, 5e5, 3.5e5), (250, 1_000, 1.1e6, 8.5e5)]),
    ]
    return siting.Programme(
        homes,
        spaces,
        services,
        travel_to_spaces=siting.TravelMatrix.from_points(homes, spaces, cutoff=1_000),
    )


def zhengzhou(data, budget, limit):
    """One budget, with a complex in large spaces, and elderly care beside canteens."""
    start = time.perf_counter()
    programme = zhengzhou_programme(data)
    built = time.perf_counter()
    plan = programme.solve(
        budget=budget,
        subsidy=budget / 10,
        complexes=siting.Complexes(CORE, services=3),
        service_weights={"elderly care": 5.0, "community canteen": 2.0},
        gap=GAP,
        time_limit=limit,
    )
    seconds = time.perf_counter() - built
    met = plan.coverage["met"].sum() / plan.coverage["need"].sum()
    return {
        "build": built - start,
        "budget": budget,
        "solve": seconds,
        "objective": plan.objective,
        "bound": plan.bound,
        "gap": plan.gap,
        "spaces": int(plan.fitout["space"].nunique()),
        "fitouts": len(plan.fitout),
        "met": float(met),
    }


def measure(data):
    """Zhengzhou at three budgets."""
    rows = []
    for budget in BUDGETS:
        print(f"Zhengzhou: services, budget {budget:,.0f}", flush=True)
        rows.append(
            {"budget": budget}
            | fresh(
                "programmes:zhengzhou", timeout=LIMIT + 60, data=data, budget=budget, limit=LIMIT
            )
        )
    return {"zhengzhou": rows}


def problems(found):
    """What does not hold, as sentences."""
    for row in found["zhengzhou"]:
        name = f"Services in Zhengzhou, budget {row['budget']:,.0f}"
        if "error" in row:
            yield f"{name}: {row['error']}"
        elif row["gap"] is None or row["gap"] > GAP:
            yield f"{name}: gap {row['gap']}"
