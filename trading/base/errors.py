"""The one taxonomy of errors.

    TradingError
      x Refused              the caller's fault, expected
        + InvalidInput 400  + NotAuthenticated 401  + NotPermitted 403  + NotFound 404
        + WrongState 409    + GuardFailed 409       + StaleVersion 412  + KeyReused 422
        + RateLimited 429
      x Unavailable 503      StorageBusy, StorageDown, ClockDrifted, ReadOnly
      x SetupError           start-up and command line only, exit status 2
        + DefinitionError    UnknownName, AmbiguousEdge, Unreachable, LockMismatch, ...
      x IntegrityFault 500   ChainBroken, ProjectionDiffers, ClockWentBack, BadProof, BadNote

An error carries a stable ``code``, a HTTP ``status`` and ``params``; the words shown to people
come from the message catalogue by code. Driver text never gets into ``params``.
Source: design brief "architecture", section 5.
"""

from __future__ import annotations

from typing import ClassVar


class TradingError(Exception):
    """Base of every error of this project; never raised itself."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500

    def __init__(self, detail: str = "", **params: object) -> None:
        """Keep ``detail`` (English, for logs and developers) and message ``params``."""
        super().__init__(detail or self.code)
        self.detail = detail or self.code
        self.params = params


class Refused(TradingError):
    """The caller asked for something the rules do not allow; nothing was changed."""

    code = "refused"
    status = 400


class InvalidInput(Refused):
    """The input cannot be parsed or breaks a declared bound; ``field`` is in ``params``."""

    code = "invalid_input"
    status = 400


class NotAuthenticated(Refused):
    """Nobody is signed in, or the proof of identity does not hold."""

    code = "not_authenticated"
    status = 401


class SignInFirst(NotAuthenticated):
    """Nobody, or somebody who owes the second factor, asked for what others may see."""

    code = "sign_in_first"


class NotPermitted(Refused):
    """The actor holds no grant for this act on this organisation."""

    code = "not_permitted"
    status = 403


class NotFound(Refused):
    """The object does not exist or the caller may not know that it does."""

    code = "not_found"
    status = 404


class WrongState(Refused):
    """No transition leaves the present state by this trigger."""

    code = "wrong_state"
    status = 409


class GuardFailed(Refused):
    """One or more guards refused; ``guards`` in ``params`` names them all."""

    code = "guard_failed"
    status = 409


class StaleVersion(Refused):
    """The caller decided on an older version of the object."""

    code = "stale_version"
    status = 412


class KeyReused(Refused):
    """The idempotency key came back with another body."""

    code = "key_reused"
    status = 422


class RateLimited(Refused):
    """Too many attempts in the policy's window."""

    code = "rate_limited"
    status = 429


class Unavailable(TradingError):
    """The service cannot decide now; trying again later is safe."""

    code = "unavailable"
    status = 503


class StorageBusy(Unavailable):
    """Another writer holds the head for too long."""

    code = "storage_busy"


class StorageDown(Unavailable):
    """The storage answered with an error or not at all."""

    code = "storage_down"


class ClockDrifted(Unavailable):
    """Wall clock and monotonic clock have parted by more than 500 ms."""

    code = "clock_drifted"


class ReadOnly(Unavailable):
    """This store answers reads only, for the reason in ``params``."""

    code = "read_only"


class SetupError(TradingError):
    """The installation or its data cannot be used as it is; exit status 2."""

    code = "setup_error"
    status = 500


class DefinitionError(SetupError):
    """A workflow, policy pack or calendar does not hold its own rules."""

    code = "definition_error"


class UnknownName(DefinitionError):
    """A definition names something that is not registered."""

    code = "unknown_name"


class AmbiguousEdge(DefinitionError):
    """Two edges of one state and trigger are not told apart by their guards."""

    code = "ambiguous_edge"


class Unreachable(DefinitionError):
    """A state cannot be reached, cannot be left, or a required step can be avoided."""

    code = "unreachable"


class LockMismatch(DefinitionError):
    """A locked version no longer has its locked digest."""

    code = "lock_mismatch"


class IntegrityFault(TradingError):
    """The record contradicts itself; nothing may be decided on it."""

    code = "integrity_fault"
    status = 500


class ChainBroken(IntegrityFault):
    """An entry does not follow the entry it claims to follow."""

    code = "chain_broken"


class ProjectionDiffers(IntegrityFault):
    """A table rebuilt from the record is not equal to the stored one."""

    code = "projection_differs"


class ClockWentBack(IntegrityFault):
    """An entry is older than the entry before it."""

    code = "clock_went_back"


class BadProof(IntegrityFault):
    """A Merkle proof does not lead to the root."""

    code = "bad_proof"


class BadNote(IntegrityFault):
    """A signed note or checkpoint is malformed or carries no good signature."""

    code = "bad_note"
