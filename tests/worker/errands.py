"""A worker whose envelopes are files: `python errands.py REDIS FOLDER TASK SWEEP`.

An envelope waits in `owed`, is noted in `begun`, takes TASK seconds and ends in `done`. Every SWEEP
seconds it sweeps and writes a dot into `sweeps`; beside that it polls and writes dots into `polls`.
While there is a file `broken` both fail.
"""

import gc
import logging
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from docgen import worker
from docgen.adapters.db.register import SqlRegister
from docgen.adapters.jobs.queue import QueueConsumer
from docgen.domain.work import Task
from docgen.usecases.gather_news import GatherNews
from docgen.usecases.sweep import Swept


@dataclass(frozen=True)
class Errands:
    """Work and sweep over the files of a folder."""

    folder: Path
    seconds: float

    def work(self, _task: Task, envelope_id: str) -> None:
        """Take the envelope from `owed` to `done`."""
        owed = self.folder / "owed" / envelope_id
        if not owed.exists():
            return
        (self.folder / "begun" / envelope_id).touch()
        (self.folder / "frozen").write_text(str(gc.get_freeze_count()))
        time.sleep(self.seconds)
        owed.rename(self.folder / "done" / envelope_id)

    def sweep(self, *, until: Callable[[], bool]) -> Swept:
        """Do all that is owed as it begins."""
        waiting = sorted((self.folder / "owed").iterdir())
        with (self.folder / "sweeps").open("a") as sweeps:
            sweeps.write(".")
        if (self.folder / "broken").exists():
            raise RuntimeError("a fault of ours")
        rendered = 0
        for owed in waiting:
            if until():
                break
            self.work(Task.RENDER, owed.name)
            rendered += 1
        return Swept(rendered=rendered, sealed=0, expired=0, waiting=0)

    def poll(self, *, until: Callable[[], bool], pause: Callable[[float], object]) -> None:
        """Write a dot into `polls` now and then; while there is a file `broken` it fails."""
        while not until():
            with (self.folder / "polls").open("a") as polls:
                polls.write(".")
            if (self.folder / "broken").exists():
                raise RuntimeError("a fault of ours")
            pause(0.1)

    def tell(self) -> bool:
        """Take what is to be told from `news` to `told`, and note how much it was in `rounds`."""
        news = sorted((self.folder / "news").glob("*"))
        if news:
            with (self.folder / "rounds").open("a") as rounds:
                rounds.write(f"{len(news)}\n")
        for each in news:
            each.rename(self.folder / "told" / each.name)
        return False


def main(redis_url: str, folder: str, seconds: str, sweep_every: str) -> None:
    """Work until a signal comes."""
    logging.basicConfig(level=logging.INFO)
    errands = Errands(Path(folder), float(seconds))
    consumer = QueueConsumer(redis_url, errands.work, threads=1)
    worker.run(
        consumer,
        errands.sweep,
        sweep_every=float(sweep_every),
        gather=GatherNews(register=SqlRegister(f"sqlite:///{folder}/register")),
        tell=errands.tell,
        poll=errands.poll,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
