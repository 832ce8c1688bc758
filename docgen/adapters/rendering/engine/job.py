"""One job, from the client's frame to its answer."""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from docgen.adapters.rendering.engine.frames import FrameError, Header, Outgoing, close_files

if TYPE_CHECKING:
    from docgen.adapters.rendering.engine.zygote_process import ZygoteProcess

MOST_SECONDS = 600.0
FILES = 2


@dataclass(eq=False, kw_only=True)
class Job:
    """What a client asked for; it owns the two open files that came with it."""

    caller: str
    batch: bool
    limit: float
    document: str
    template: str
    work: dict[str, Any]
    files: tuple[int, ...]
    abandoned: bool = False
    """The client has gone; nobody waits for the answer."""
    deaths: int = 0
    not_begun: int = 0
    """Zygotes that died before they had begun it."""
    begun: float = 0.0
    last_in: "ZygoteProcess | None" = field(default=None, repr=False)

    def for_zygote(self) -> Header:
        """The frame by which a zygote is told of it."""
        return {"kind": "job", "limit": self.limit, "work": self.work}

    def close(self) -> None:
        """Close its files; it must be with no zygote any more."""
        files, self.files = self.files, ()
        close_files(files)


def job_from(header: Header, files: tuple[int, ...]) -> Job:
    """The job of a client's frame; raises FrameError, and leaves the files to the caller then."""
    texts = [header.get(name) for name in ("caller", "document", "template")]
    limit, work, batch = header.get("limit"), header.get("work"), header.get("batch")
    if len(files) != FILES or not all(isinstance(text, str) for text in texts):
        raise FrameError("a job without its files or names")
    if not isinstance(work, dict) or not isinstance(batch, bool):
        raise FrameError("a job without its work")
    if isinstance(limit, bool) or not isinstance(limit, (int, float)) or not math.isfinite(limit):
        raise FrameError("a job without a limit")
    if not 0 < limit <= MOST_SECONDS:
        raise FrameError("a limit out of bounds")
    caller, document, template = map(str, texts)
    job = Job(
        caller=caller,
        batch=batch,
        limit=float(limit),
        document=document,
        template=template,
        work=work,
        files=files,
    )
    # Refused now if it would not fit the frame for the zygote: later there is no way to say so.
    Outgoing(job.for_zygote())
    return job
