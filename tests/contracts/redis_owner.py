"""A process with an embedded Redis: `python -m tests.contracts.redis_owner DIRECTORY`."""

import sys
from pathlib import Path

from docgen.adapters.embedded.redis_server import EmbeddedRedis


def main(directory: str) -> None:
    """Say where it is, then wait for an end of input that never comes."""
    with EmbeddedRedis(Path(directory)) as redis:
        sys.stdout.write(f"{redis.url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
