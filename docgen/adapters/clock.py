"""The system's clock."""

import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """Real time."""

    def now(self) -> datetime:
        """This moment, in UTC."""
        return datetime.now(UTC)

    def pause(self, time_to_pass: timedelta) -> None:
        """Sleep."""
        time.sleep(time_to_pass.total_seconds())
