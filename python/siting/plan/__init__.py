"""Plans of a programme: which services go into which spaces."""

from siting.plan.rules import Complexes, Cost, Envy, EnvyLimit, Quota
from siting.plan.service_plan import ServicePlan

__all__ = ["Complexes", "Cost", "Envy", "EnvyLimit", "Quota", "ServicePlan"]
