"""Tables and figures of the page of benchmarks."""

import math


def table(head, rows):
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines) + "\n"


def seconds(value):
    return f"{value:.3f}" if value < 1 else f"{value:.1f}"


def percent(value):
    if value is None or math.isinf(value):
        return "none"
    if value < 1e-9:
        return "0"
    return f"{value:.3%}" if value < 0.01 else f"{value:.1%}"
