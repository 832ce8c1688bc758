"""A connection to the engine of a directory, which is started if nobody listens there."""

import logging
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from docgen.adapters.rendering.engine.directory import NotPrivate, opened, socket_in, starting
from docgen.adapters.rendering.engine.program import arguments_for
from docgen.domain.errors import RendererUnavailable

_log = logging.getLogger(__name__)

START_SECONDS = 30.0
AGAIN_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an engine listens, and how it is started there."""

    directory: Path
    python: Path
    arguments: Sequence[str]

    def connected(self) -> socket.socket:
        """A connection; raises RendererUnavailable if none is to be had within half a minute."""
        try:
            with opened(self.directory) as descriptor:
                return _connected(descriptor)
        except NotPrivate as error:
            raise RendererUnavailable(str(error)) from error
        except OSError:
            _log.info("no rendering engine listens in %s, starting one", self.directory)
        try:
            return self._started()
        except (NotPrivate, OSError) as error:
            raise RendererUnavailable(f"the engine does not start: {error}") from error

    def _started(self) -> socket.socket:
        deadline = time.monotonic() + START_SECONDS
        while True:
            with starting(self.directory) as descriptor:
                try:
                    # Somebody else may have started it while we waited for our turn.
                    return _connected(descriptor)
                except OSError:
                    complaint = self._start()
                if not complaint:
                    return _connected(descriptor)
            if time.monotonic() > deadline:
                raise RendererUnavailable(f"the engine does not start: {complaint}")
            # One that is just ending keeps its place until it has ended.
            time.sleep(AGAIN_SECONDS)

    def _start(self) -> str:
        """Start the supervisor and wait until it accepts; what it complains of if it does not."""
        command = [str(self.python), *arguments_for("supervisor"), str(self.directory)]
        try:
            done = subprocess.run(
                [*command, *self.arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
                cwd="/",
                start_new_session=True,
                timeout=START_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return "it takes too long"
        if done.returncode == 0:
            return ""
        return done.stderr.decode(errors="replace").strip()[-500:] or "it ended at once"


def _connected(descriptor: int) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(START_SECONDS)
        connection.connect(socket_in(descriptor))
    except OSError:
        connection.close()
        raise
    return connection
