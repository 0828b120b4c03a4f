"""The errors that are meant to be read by a person.

    Exception
    ├── ValueError
    │   └── InputError        what a visitor or a program sent cannot be used
    └── RuntimeError
        ├── CheckpointError   a checkpoint is missing, incomplete or not what it should be
        └── PublishError      what cannot be published, or what the Hub refused

Every message names the offending value and says what to do. The page shows the message as it is; an
API caller gets the same text.
"""


class InputError(ValueError):
    """What a visitor or a program sent cannot be used."""


class CheckpointError(RuntimeError):
    """A checkpoint is missing, incomplete, or not what the contract or the lock says."""


class PublishError(RuntimeError):
    """What cannot be published, or what the Hub refused: a sentence that says what to do."""
