"""`api.gunicorn` as it is, but that nothing is loaded for an application that the tests lack."""

import gc
from typing import Any

from api.gunicorn import *  # noqa: F403  # gunicorn reads them by name


def on_starting(_server: Any) -> None:  # type: ignore[no-redef]  # in its place
    """What is loaded is kept from being looked through, as there."""
    gc.freeze()
