"""siting: which idle buildings and corner spaces should host which community services.

Build a `TravelMatrix` from homes and spaces, put it into a model, solve it:

>>> import siting
>>> homes = [[0, 0], [300, 0], [900, 0], [2500, 0]]
>>> spaces = [[200, 0], [1000, 0], [2400, 0]]
>>> travel = siting.TravelMatrix.from_points(homes, spaces, cutoff=800)
>>> solution = siting.MaxCover(travel, weights=[120, 80, 60, 40], p=1).solve()
>>> solution.sites, solution.covered_weight, solution.status
([0], 260.0, 'optimal')
"""

from siting import datum, osm, standards
from siting._siting import __version__
from siting.audit import Audit
from siting.errors import (
    DatumWarning,
    InfeasibleError,
    InputError,
    MissingDependencyError,
    NoSolutionError,
    SitingError,
    SolverError,
    UnverifiedError,
)
from siting.model import FixedCharge, MaxCover, PCenter, PDispersion, Plan, PMedian, SetCover
from siting.network import Network
from siting.plan import Complexes, Cost, Envy, EnvyLimit, Quota, ServicePlan
from siting.programme import Programme
from siting.progress import Progress
from siting.service import Module, Pair, Service, Slot
from siting.solution import Solution
from siting.standards import Standard
from siting.town import SyntheticTown, synthetic_town
from siting.travel import TravelMatrix

__all__ = [
    "Audit",
    "Complexes",
    "Cost",
    "DatumWarning",
    "Envy",
    "EnvyLimit",
    "FixedCharge",
    "InfeasibleError",
    "InputError",
    "MaxCover",
    "MissingDependencyError",
    "Module",
    "Network",
    "NoSolutionError",
    "PCenter",
    "PDispersion",
    "PMedian",
    "Pair",
    "Plan",
    "Programme",
    "Progress",
    "Quota",
    "Service",
    "ServicePlan",
    "SetCover",
    "SitingError",
    "Slot",
    "Solution",
    "SolverError",
    "Standard",
    "SyntheticTown",
    "TravelMatrix",
    "UnverifiedError",
    "__version__",
    "datum",
    "osm",
    "standards",
    "synthetic_town",
]
