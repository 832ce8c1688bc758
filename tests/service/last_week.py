"""The service as it ran a week ago: `tests.service.last_week:app`, and as a program any command.

Only our own clock is late. Databases, stamps and certificates are of today.
"""

from datetime import UTC, datetime, timedelta

from docgen.bootstrap import CLOCK

WEEK = timedelta(days=7)

# The one clock that everybody has, whoever took it before.
vars(CLOCK)["now"] = lambda: datetime.now(UTC) - WEEK

if __name__ == "__main__":
    from docgen.cli import main

    main()
else:
    from tests.service.launch import app

    __all__ = ["app"]
