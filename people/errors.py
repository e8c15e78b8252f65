"""What can go wrong in the vault. No message ever repeats what somebody entered."""

from kernel.errors import ConflictError, InvalidError, LaurelError, NotFoundError


class InvalidPersonError(InvalidError):
    """A person can't be registered like this; the facts hold ``field``."""

    code = "person-invalid"


class InvalidLicenceError(InvalidError):
    """What was decided about a licence makes no sense; the facts hold ``field``."""

    code = "licence-invalid"


class LicenceStepError(ConflictError):
    """A licence's status can't follow the one that it has."""

    code = "licence-step"
    remedy = "Read the licence as it is now; one that was rejected becomes pending before it can be verified."


class ZoneCooldownError(ConflictError):
    """The time zone changed a short while ago; the facts hold ``again_at``."""

    code = "zone-cooldown"
    remedy = "Wait until the named time, or ask the programme's staff to correct the zone."


class PersonExistsError(ConflictError):
    """Somebody with this e-mail address or identifier is registered already; the facts hold ``field``."""

    code = "person-exists"
    remedy = "Use the person who is registered already, or correct the named field."


class PersonNotFoundError(NotFoundError):
    """Nobody has this id."""

    code = "person-not-found"


class PersonErasedError(NotFoundError):
    """The person's key was destroyed; what it sealed can't be read by anyone any more."""

    code = "person-erased"
    remedy = "Nothing can be done: erasure is final."


class VaultNotConfiguredError(LaurelError):
    """The program was composed without the keys of the vault."""

    code = "vault-not-configured"
    remedy = "Call people.configure(...) once when the program starts."
