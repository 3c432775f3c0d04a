"""The settings of a command: the environment, completed by what a running fleet has chosen."""

import os

from contracts.settings import Settings
from gateway.launcher.home import Home


def home() -> Home:
    """Return this command's FLEET_HOME."""
    return Home(Settings().home.resolve())


def environment() -> dict[str, str]:
    """Return the variables of this command; what is set in the shell wins."""
    return {**home().read_env(), **os.environ}


def settings() -> Settings:
    """Return the settings under which a running fleet is found without any variable set."""
    found = Settings(_env_file=home().env)
    if not found.http.endswith(":0"):
        return found
    # Port 0 asked for any: which one it became is in the file.
    return found.model_copy(update={"http": home().read_env().get("FLEET_HTTP", found.http)})
