"""The siting models, one module each."""

from siting.model.base import Model, Plan
from siting.model.fixed_charge import FixedCharge
from siting.model.max_cover import MaxCover
from siting.model.p_center import PCenter
from siting.model.p_dispersion import PDispersion
from siting.model.p_median import PMedian
from siting.model.point_median import PointMedian
from siting.model.set_cover import SetCover

__all__ = [
    "FixedCharge",
    "MaxCover",
    "Model",
    "PCenter",
    "PDispersion",
    "PMedian",
    "Plan",
    "PointMedian",
    "SetCover",
]
