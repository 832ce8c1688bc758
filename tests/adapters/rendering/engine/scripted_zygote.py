"""A zygote without LibreOffice: it forks a real child per job and does what the job tells it.

Run as `scripted_zygote.py [--fail-while=PATH] [--hello-after=SECONDS] [--private-kb=N] DIRECTORY`.
`work` is `{"do": ..., "once": PATH, "pid_file": PATH}`: with `once`, it is done only if there is
no such file yet, and echoed from then on; the child leaves its number in `pid_file`. With
`"unread": FOLDER, "times": N` the first N zygotes die before they have begun the work.
"""

import argparse
import ctypes
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

sys.path.insert(0, str(Path(__file__).parents[4]))

from docgen.adapters.rendering.engine.frames import (
    BEGUN,
    put_frame,
    read_frame,
    take_frame,
    write_frame,
)

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Be killed when the parent ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Child:
    """One job's own process."""

    def __init__(self, work: dict[str, Any], request: int, answer: int) -> None:
        self.work, self.request, self.answer = work, request, answer

    def live(self) -> NoReturn:
        """Do the work and end."""
        die_with_parent()
        if "pid_file" in self.work:
            written = Path(self.work["pid_file"] + ".part")
            written.write_text(str(os.getpid()))
            written.rename(self.work["pid_file"])
        getattr(self, self.asked())()
        os._exit(0)

    def asked(self) -> str:
        """What to do, if it was not done before."""
        if "once" in self.work:
            try:
                os.close(os.open(self.work["once"], os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                return "echo"
        return str(self.work["do"])

    def echo(self) -> None:
        """Answer with what was asked."""
        header, body = take_frame(self.request)
        put_frame(self.answer, {"asked": header}, body)

    def sleep(self) -> None:
        """Take a while."""
        time.sleep(self.work["seconds"])
        self.echo()

    def crash(self) -> None:
        """Die in the middle."""
        os.kill(os.getpid(), signal.SIGKILL)

    def crash_zygote(self) -> None:
        """Take the zygote along."""
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(10)

    def exit_early(self) -> None:
        """End well, without an answer."""

    def garble(self) -> None:
        """Answer with what is no frame."""
        os.pwrite(self.answer, b"\xff" * 100, 0)

    def refuse(self) -> None:
        """Answer that it cannot be done."""
        put_frame(self.answer, {"error": "not_filled", "detail": "a place is left"})

    def babble(self) -> None:
        """Write nonsense to the supervisor, as a broken child could."""
        os.write(0, b"\x00\x00\x00\x04\x00\x00\x00\x00null")

    def ignore_limit(self) -> None:
        """Never reached: a zygote that is told so hangs before it forks."""


class Zygote:
    """Takes jobs one after the other."""

    def __init__(self, control: socket.socket, private_kb: int) -> None:
        self.control, self.private_kb, self.forks = control, private_kb, 0

    def serve(self) -> None:
        """Until the supervisor closes."""
        while True:
            header, files = read_frame(self.control)
            if header["kind"] == "job":
                self.do(header, *files)
            for file in files:
                os.close(file)

    def do(self, header: dict[str, Any], request: int, answer: int) -> None:
        """One job."""
        if "unread" in header["work"]:
            die_for_the_first(header["work"]["times"], Path(header["work"]["unread"]))
        write_frame(self.control, BEGUN)
        child_program = Child(header["work"], request, answer)
        if header["work"]["do"] == "ignore_limit" and child_program.asked() != "echo":
            time.sleep(600)
        child = os.fork()
        if child == 0:
            child_program.live()
        self.forks += 1
        status, detail = self.awaited(child, header["limit"])
        answered = {"status": status, "detail": detail, "cpu_ms": 1.5, "forks": self.forks}
        write_frame(self.control, answered | {"private_kb": self.private_kb})

    def awaited(self, child: int, limit: float) -> tuple[str, str]:
        """How the child ended."""
        ended = os.pidfd_open(child)
        readable, _, _ = select.select([ended, self.control.fileno()], [], [], limit)
        os.close(ended)
        if self.control.fileno() in readable and ended not in readable:
            read_frame(self.control)
        if ended not in readable:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if not readable:
            return "timed_out", f"no answer within {limit:g} s"
        if ended not in readable:
            return "cancelled", ""
        return ("done", "") if status == 0 else ("died", f"ended with {status}")


def die_for_the_first(times: int, folder: Path) -> None:
    """End without a word, so many times; each leaves a file there."""
    done = len(list(folder.iterdir()))
    if done < times:
        (folder / str(done)).touch()
        os._exit(1)


def main() -> None:
    """Start as told, say hello, serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--fail-while", type=Path)
    parser.add_argument("--hello-after", type=float, default=0.0)
    parser.add_argument("--private-kb", type=int, default=1000)
    parser.add_argument("directory", type=Path)
    arguments = parser.parse_args()
    die_with_parent()
    if arguments.fail_while and arguments.fail_while.exists():
        sys.exit("install python3-uno")
    time.sleep(arguments.hello_after)
    control = socket.socket(fileno=os.dup(0))
    hello = {"engine": "Script 1.0", "pid": os.getpid(), "network": "none"}
    hello |= {"clock": "running", "allocator": "libc", "bridge": "inside"}
    write_frame(control, hello | {"home": os.environ["HOME"]})
    with suppress(EOFError):
        Zygote(control, arguments.private_kb).serve()


if __name__ == "__main__":
    main()
