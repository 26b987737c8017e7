"""What a solve tells in the log of the way that it takes."""

import logging

import pytest
import siting

POINTS = [[0.0, 0.0], [3.0, 0.0], [9.0, 0.0], [9.0, 4.0]]


@pytest.fixture
def model():
    return siting.MaxCover(
        siting.TravelMatrix.from_points(POINTS, POINTS, cutoff=4), weights=[1, 2, 3, 4], p=1
    )


def test_a_solve_tells_which_way_it_takes_and_why(model, caplog):
    with caplog.at_level(logging.INFO, logger="siting"):
        model.solve(method="mip")
    assert (
        "max-cover: the formulation as a whole on highs: the method asks for it" in caplog.messages
    )
    assert {record.name.partition(".")[0] for record in caplog.records} == {"siting"}


def test_nothing_is_told_until_it_is_asked_for(model, caplog):
    # The level that the logger has when nobody sets one.
    caplog.set_level(logging.NOTSET, logger="siting")
    model.solve()
    assert not caplog.messages
