"""What can go wrong, by the exit code of the command line; each message is a plain sentence."""


class TilescopeError(Exception):
    """An expected failure, told to the user in its message and without a traceback."""

    exit_code = 2


class InputError(TilescopeError):
    """What was asked for does not exist, cannot be read or cannot be written."""


class DesignError(InputError):
    """A design does not fit the device, or waits for itself and never ends."""


class MachineError(TilescopeError):
    """This machine lacks what a run needs, or refuses it."""


class WrongResultError(TilescopeError):
    """An output lies outside its kernel's contract, so it is not timed."""

    exit_code = 3


class InconclusiveError(TilescopeError):
    """There is too little evidence for a verdict."""

    exit_code = 4
