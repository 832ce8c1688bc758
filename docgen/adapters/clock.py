"""The machine's clock."""

from datetime import UTC, datetime


class SystemClock:
    """Real time."""

    def now(self) -> datetime:
        """This moment, in UTC."""
        return datetime.now(UTC)
