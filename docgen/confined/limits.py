"""What such a process gives up before it opens a file; it knows nothing else, to start quickly."""

import resource
import signal


def narrow(*, cpu_seconds: int, wall_seconds: float, memory: int) -> None:
    """Give up, for good, whatever looking at one file does not need.

    The kernel ends what computes longer or lives longer; beyond so many bytes of address space
    there is no memory. Nothing is written, no process started, no core left behind.
    """
    signal.setitimer(signal.ITIMER_REAL, wall_seconds)
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, allowed = resource.getrlimit(kind)
        narrowed = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        resource.setrlimit(kind, (narrowed, narrowed))
