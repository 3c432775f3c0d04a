"""`python -m sql migrate | status`: bring the database forward, or say what is missing."""

import sys

from psycopg import OperationalError

from contracts.settings import Settings
from sql.migrate import Edited, migrate, pending


def main(arguments: list[str]) -> int:
    """Run one command and return its exit status."""
    url = Settings().database_url
    if url is None or arguments not in (["migrate"], ["status"]):
        sys.stderr.write("usage: FLEET_DATABASE_URL=postgresql://… python -m sql migrate|status\n")
        return 2
    try:
        if arguments == ["status"]:
            missing = pending(url.get_secret_value())
            sys.stdout.write("".join(f"missing {step.name}\n" for step in missing) or "up to date\n")
            return 1 if missing else 0
        for step in migrate(url.get_secret_value()):
            sys.stdout.write(f"applied {step.name}\n")
    except (OperationalError, Edited) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
