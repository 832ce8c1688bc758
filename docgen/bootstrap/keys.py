"""API keys: issuing, listing, changing and revoking, which need the database only."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from docgen.bootstrap import CHANCE, CLOCK
from docgen.bootstrap.database import opened
from docgen.settings import Settings
from docgen.usecases.authenticate import Authenticate
from docgen.usecases.issue_key import IssueKey
from docgen.usecases.list_keys import ListKeys
from docgen.usecases.move_key import MoveKey
from docgen.usecases.revoke_key import RevokeKey
from docgen.usecases.rotate_key import RotateKey


@dataclass(frozen=True, kw_only=True)
class Keys:
    """What can be done with keys."""

    issue: IssueKey
    list: ListKeys
    revoke: RevokeKey
    rotate: RotateKey
    move: MoveKey
    authenticate: Authenticate


@contextmanager
def keys(settings: Settings) -> Iterator[Keys]:
    """Keys in the register of these settings; raises Misconfigured for one of another shape."""
    with opened(settings) as register:
        yield Keys(
            issue=IssueKey(register=register, clock=CLOCK, chance=CHANCE),
            list=ListKeys(register=register),
            revoke=RevokeKey(register=register, clock=CLOCK),
            rotate=RotateKey(register=register, clock=CLOCK, chance=CHANCE),
            move=MoveKey(register=register, clock=CLOCK),
            authenticate=Authenticate(register=register, clock=CLOCK),
        )
