"""Tenants: an app's data in one data environment, so that a preview never touches production's rows."""

from typing import Literal
from uuid import UUID, uuid5

_TENANTS = UUID("0b3c6a52-93f1-5d0e-8c5b-6a0f3c1d7e24")

DataEnvironment = Literal["development", "production"]


def tenant_id(app_id: str, data_env: DataEnvironment) -> UUID:
    """Return what keeps an app's rows in one environment apart from all others."""
    return uuid5(uuid5(_TENANTS, app_id), data_env)


def data_env(environment: str) -> DataEnvironment:
    """Return whose data an app uses where it runs: what is not yet out has its own."""
    return "production" if environment in {"production", "staging"} else "development"
