"""A process that holds an envelope until killed: `python -m tests.contracts.holder URL ID`."""

import sys

from docgen.adapters.db.register import SqlRegister


def main(url: str, envelope_id: str) -> None:
    """Say what we got, then wait for an end of input that never comes."""
    with SqlRegister(url).hold(envelope_id) as ours:
        sys.stdout.write(f"{ours}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
