"""What is for trying out only: numbers that nobody has, and the programs that alone may use them.

An envelope is a test exactly where its phone is: its row, its fingerprint and its evidence cannot
tell two stories, and a test that reaches a person, or a real paper under a number of tests, cannot
be made.
"""

from typing import Final

NETWORK: Final = "799"
"""The three digits after +7: no operator of Kazakhstan has them, nor are they of any known kind."""
CLIENT: Final = "test:"
"""How the names of programs begin whose keys are for tests; those of no others do."""
NUMBERS: Final = "TEST-"
"""How the numbers of documents of tests begin, and with what series of its own each is counted."""
EVIDENCE: Final = "test"
"""A member of the evidence: where it stands, and true, nobody is bound by the paper."""
REFUSED: Final = "02"
"""The last two digits of a number whose messages every route refuses."""
UNCERTAIN: Final = "03"
"""The same of one of whose messages nobody knows whether they have left."""
_CODE: Final = "1234567890"


def is_test_client(client: str) -> bool:
    """Whether a program of that name works with tests, and with nothing else."""
    return client.startswith(CLIENT)


def code(digits: int) -> str:
    """The code that every number of tests is sent."""
    return _CODE[:digits]
