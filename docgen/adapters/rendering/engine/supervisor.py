"""The engine's first process: takes jobs from its clients and has them done by zygotes.

Started by the first client that needs it, and ended when the last one has gone. All of it is one
thread around one selector: whatever happens is a callback, and after each of them jobs are
given to zygotes that are free. It reads no document and no value; these pass it in open files.
"""

import argparse
import json
import os
import resource
import selectors
import signal
import socket
import sys
import time
from pathlib import Path
from typing import NoReturn

from docgen.adapters.rendering.engine.clients import Clients
from docgen.adapters.rendering.engine.directory import (
    LOG,
    clear,
    go_on,
    occupy,
    opened,
    remove,
    remove_abandoned,
    socket_in,
    try_to_end,
)
from docgen.adapters.rendering.engine.frames import Header
from docgen.adapters.rendering.engine.job import Job
from docgen.adapters.rendering.engine.log import Log
from docgen.adapters.rendering.engine.program import arguments_for
from docgen.adapters.rendering.engine.quarantine import Quarantine
from docgen.adapters.rendering.engine.turns import MOST, QueueIsFull, Turns
from docgen.adapters.rendering.engine.zygote_process import Nursery
from docgen.adapters.rendering.engine.zygotes import Bounds, Zygotes

TRIES = 2
"""So many deaths under one job, and the job is to blame."""
TRIES_TO_BEGIN = 5
"""So many zygotes may die before they have begun it, which is no fault of the job."""
FIRST_CLIENT_SECONDS = 30.0
OPEN_FILES = 2048
IDLE_SECONDS = 60.0
END_AGAIN_SECONDS = 0.05
LAST_SECONDS = 1.0


class Supervisor:
    """Jobs in, answers out, until `end` is called or nobody is left."""

    def __init__(
        self, listener: socket.socket, nursery: Nursery, bounds: Bounds, *, most: int
    ) -> None:
        self._selector = selectors.DefaultSelector()
        self._log = Log(nursery.directory / LOG)
        self._turns = Turns[Job](most)
        self._quarantine = Quarantine()
        self._begun = time.monotonic()
        self._ending = False
        self._zygotes = Zygotes(
            nursery, bounds, selector=self._selector, log=self._log, finished=self._finished
        )
        self._clients = Clients(
            listener,
            selector=self._selector,
            log=self._log,
            asked=self._asked,
            left=self._left,
            status=self._status,
        )
        self._woken, self._waker = socket.socketpair()
        self._woken.settimeout(0)
        self._waker.settimeout(0)
        self._selector.register(self._woken, selectors.EVENT_READ, lambda _: self._woken.recv(64))

    def run(self, directory: int) -> None:
        """Work; when it returns all zygotes are dead."""
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, self._end)
        try:
            while not self._ending and not self._done(directory):
                self._work()
                for key, events in self._selector.select(self._patience()):
                    key.data(events)
        except Exception as error:
            self._log.error("engine_failed", kind=type(error).__name__, where=_place(error))
            raise
        finally:
            _keep_others_out(directory)
            self._zygotes.close()
            self._clients.close()

    def _end(self, *_: object) -> None:
        self._ending = True

    def _done(self, directory: int) -> bool:
        if not self._idle() or not try_to_end(directory):
            return False
        # Whoever came before the lock was taken is still served.
        self._clients.accept()
        if self._idle():
            return True
        go_on(directory)
        return False

    def _idle(self) -> bool:
        early = time.monotonic() < self._begun + FIRST_CLIENT_SECONDS
        return not len(self._clients) and (self._clients.seen or not early)

    def _patience(self) -> float:
        if self._idle():
            return END_AGAIN_SECONDS
        now = time.monotonic()
        return min(IDLE_SECONDS, max(0.0, self._zygotes.next_deadline() - now))

    def _work(self) -> None:
        self._zygotes.expire()
        while self._turns and self._zygotes.free():
            self._give(self._turns.take())
        self._zygotes.keep_up(len(self._turns))
        while self._turns and self._zygotes.unavailable:
            self._answer_unavailable(self._turns.take())

    def _give(self, job: Job) -> None:
        # Asked again: it may have come into quarantine while the job waited.
        if not self._in_quarantine(job):
            self._zygotes.give(job)

    def _asked(self, job: Job) -> None:
        if self._in_quarantine(job):
            return
        if self._zygotes.unavailable:
            self._answer_unavailable(job)
            return
        try:
            self._turns.add(job, caller=job.caller, batch=job.batch)
        except QueueIsFull:
            wait = self._turns.retry_after(self._zygotes.places)
            waiting = f"{len(self._turns)} wait already"
            self._clients.answer(job, {"error": "busy", "detail": waiting, "retry_after": wait})

    def _left(self, job: Job) -> None:
        job.abandoned = True
        if self._turns.cancel(job):
            job.close()
        else:
            self._zygotes.cancel(job)

    def _finished(self, job: Job, answer: Header) -> None:
        status = answer["status"]
        if status == "done":
            self._turns.served(time.monotonic() - job.begun)
            self._quarantine.served(job.document, job.template)
            hello = job.last_in.hello if job.last_in else None
            told = {"ok": True, "engine": hello, "cpu_ms": answer["cpu_ms"]}
            self._clients.answer(job, told)
        elif job.abandoned:
            job.close()
        elif status == "not_begun" and job.not_begun < TRIES_TO_BEGIN:
            job.not_begun += 1
            self._turns.put_back(job)
        elif status == "timed_out":
            self._strike(job, status)
            self._clients.answer(job, {"error": status, "detail": answer["detail"]})
        else:
            self._died(job, answer)

    def _died(self, job: Job, answer: Header) -> None:
        job.deaths += 1
        self._strike(job, "died")
        if job.deaths < TRIES:
            self._turns.put_back(job)
        else:
            self._clients.answer(job, {"error": "crashed", "detail": answer["detail"]})

    def _strike(self, job: Job, why: str) -> None:
        locked = self._quarantine.strike(job.document, job.template, now=time.monotonic())
        digests = {"document": job.document, "template": job.template}
        self._log.warning("strike", why=why, **digests)
        for kind in locked:
            self._log.error("quarantined", kind=kind, **digests)

    def _in_quarantine(self, job: Job) -> bool:
        kind = self._quarantine.refuses(job.document, job.template, now=time.monotonic())
        if kind:
            detail = f"the {kind} killed or hung the engine repeatedly"
            self._clients.answer(job, {"error": "quarantined", "detail": detail})
        return bool(kind)

    def _answer_unavailable(self, job: Job) -> None:
        detail = self._zygotes.complaint
        self._clients.answer(job, {"error": "unavailable", "detail": detail})

    def _status(self) -> Header:
        return {
            "ok": True,
            "engine": self._zygotes.hello,
            "zygotes": self._zygotes.told(),
            "waiting": len(self._turns),
            "quarantined": self._quarantine.told(now=time.monotonic()),
            "swaps": self._zygotes.swaps,
            "deaths": self._zygotes.deaths,
        }


def main() -> None:
    """Listen, let the parent know by ending the process that it started, and work."""
    arguments = _arguments()
    os.umask(0o077)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, OPEN_FILES), hard))
    directory: Path = arguments.directory
    with opened(directory) as descriptor:
        try:
            occupy(directory)
        except BlockingIOError:
            sys.exit("another engine works in this directory")
        clear(directory)
        remove_abandoned(directory)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(socket_in(descriptor))
            listener.listen(socket.SOMAXCONN)
            listener.settimeout(0)
            _go_on_alone()
            _supervise(arguments, listener, descriptor)


def _supervise(arguments: argparse.Namespace, listener: socket.socket, descriptor: int) -> NoReturn:
    directory: Path = arguments.directory
    allocators = sorted(Path("/usr/lib").glob("*/libjemalloc.so.2"))[:1]
    clocks = [path for path in (arguments.clock_library,) if path and path.exists()]
    options = [
        f"--{name}={value}" for name in ("bridge", "network") if (value := getattr(arguments, name))
    ]
    nursery = Nursery(
        directory=directory,
        command=[*arguments.zygote_command, *options],
        preload=[*allocators, *clocks],
    )
    bounds = Bounds(
        most=arguments.zygotes,
        recycle_after=arguments.recycle_after,
        recycle_over=arguments.recycle_over,
    )
    status = 1
    try:
        Supervisor(listener, nursery, bounds, most=arguments.queue).run(descriptor)
        status = 0
        remove(directory)
    finally:
        # After a failure the log stays for whoever comes next.
        os._exit(status)


def _keep_others_out(directory: int) -> None:
    # Told to end, we may meet a client that is about to look for us: it shall find all or nothing.
    deadline = time.monotonic() + LAST_SECONDS
    while not try_to_end(directory) and time.monotonic() < deadline:
        time.sleep(END_AGAIN_SECONDS)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The rendering engine's supervisor.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--zygotes", type=int, default=1)
    parser.add_argument("--queue", type=int, default=MOST, help="how many jobs may wait")
    parser.add_argument(
        "--zygote-command",
        type=json.loads,
        default=[sys.executable, *arguments_for("zygote")],
        help="a JSON list",
    )
    parser.add_argument("--recycle-after", type=int, default=1000, help="forks")
    parser.add_argument("--recycle-over", type=int, default=600 * 1024, help="KiB, private")
    parser.add_argument("--clock-library", type=Path)
    parser.add_argument("--bridge", help="pipe: do not try LibreOffice inside the zygotes")
    parser.add_argument("--network", help="shared: do not leave it, for tests of the profile")
    return parser.parse_args()


def _go_on_alone() -> None:
    """Let the process that was started end, so that whoever started it need not wait for us."""
    if os.fork():
        os._exit(0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    os.close(nowhere)


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""


if __name__ == "__main__":
    main()
