"""What can go wrong when somebody wants in. What is told to the outside never says which part was wrong."""

from access.refusals import IdentityFault
from kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    LaurelError,
    NotFoundError,
    UnauthenticatedError,
    UnavailableError,
    UnprocessableError,
)


class SignInFailedError(UnauthenticatedError):
    """These credentials open nothing: unknown, wrong, used up or switched off all look alike."""

    code = "sign-in-failed"
    remedy = "Check the credentials and sign in again."


class RoleRequestOpenError(ConflictError):
    """Somebody asked for a role for this account already."""

    code = "role-request-open"
    remedy = "Let the open request be decided first: GET /v1/role-requests."


class RoleRequestNotFoundError(NotFoundError):
    """There is no such request that waits to be decided."""

    code = "role-request-not-found"
    remedy = "List what waits with GET /v1/role-requests."


class OutsideScopeError(ForbiddenError):
    """Nobody gives away markets or brands that are not their own."""

    code = "outside-scope"
    remedy = "Name markets and brands of your own, or ask a colleague who holds these."


class ClientNotFoundError(NotFoundError):
    """There is no such machine client, or it was revoked."""

    code = "machine-client-not-found"
    remedy = "List machine clients with GET /v1/machine-clients."


class FourEyesError(ForbiddenError):
    """This needs somebody else."""

    code = "four-eyes"
    remedy = "Ask a colleague with the same permission."


class OneTimePasswordRequiredError(SignInFailedError):
    """The password is right, and the account has a second factor."""

    code = "otp-required"
    remedy = "Send otp as well (what the authenticator app shows now, or a recovery code), or an answer to passkey."


class IdentitySecondFactorError(OneTimePasswordRequiredError):
    """The provider vouched for somebody, and the account has a second factor."""

    remedy = "Send attempt with otp, or with an answer to passkey, to POST /v1/sessions/identity/second."


class OneTimePasswordWrongError(UnprocessableError):
    """This is not what the authenticator shows, or it was used before."""

    code = "otp-wrong"
    remedy = "Wait for the app's next password, check the device's clock, and send it."


class PasswordWrongError(ForbiddenError):
    """The password that was to be replaced is another one."""

    code = "password-wrong"
    remedy = "Send the present password, or ask for a reset with POST /v1/password-resets."


class CodeRefusedError(UnprocessableError):
    """The code from a letter does not work: unknown, used, withdrawn or too old look alike."""

    code = "code-refused"
    remedy = "Take the code from the newest letter, or ask for another one."


class AuthenticatorExistsError(ConflictError):
    """The account has an authenticator that works."""

    code = "authenticator-exists"
    remedy = "Remove it with DELETE /v1/me/authenticator first."


class AuthenticatorNotFoundError(NotFoundError):
    """There is no such authenticator."""

    code = "authenticator-not-found"
    remedy = "Ask for one with POST /v1/me/authenticator."


class IdentityRefusedError(SignInFailedError):
    """What an identity provider answered is not believed; ``fault`` says why, for the audit trail alone."""

    code = "identity-refused"
    remedy = "Begin again with POST /v1/identity-providers/{provider}/sign-ins, in one and the same browser."

    def __init__(self, detail: str, *, fault: IdentityFault) -> None:
        """Keep ``fault`` out of what is shown."""
        super().__init__(detail)
        self.fault = fault


class IdentityUnlinkedError(SignInFailedError):
    """The provider's person has an account here already that was never said to be theirs."""

    code = "identity-unlinked"
    remedy = "Sign in as you do otherwise, and add the provider with POST /v1/me/identities."


class IdentityUnfitError(SignInFailedError):
    """The provider's person is not somebody whom this service is for."""

    code = "identity-unfit"
    remedy = "Check profession and country in your profile at the provider, or register with an e-mail address."


class IdentityTakenError(ConflictError):
    """This account at the provider opens an account already."""

    code = "identity-taken"
    remedy = "Sign in with it, or remove it there: GET /v1/me/identities."


class LastIdentityError(ConflictError):
    """Nothing else opens the account."""

    code = "identity-last"
    remedy = "Choose a password first: POST /v1/password-resets."


class IdentityNotFoundError(NotFoundError):
    """The caller has no such identity."""

    code = "identity-not-found"
    remedy = "List your identities with GET /v1/me/identities."


class IdentityProviderNotFoundError(NotFoundError):
    """There is no such provider, or not at this address."""

    code = "identity-provider-not-found"
    remedy = "List the providers with GET /v1/identity-providers."


class IdentityProviderAwayError(UnavailableError):
    """The provider does not answer."""

    code = "identity-provider-away"


class PasskeyRefusedError(UnprocessableError):
    """The authenticator's answer does not belong to the challenge, the account or this service."""

    code = "passkey-refused"
    remedy = "Ask for new options and let the authenticator answer them within five minutes."


class PasskeyExistsError(ConflictError):
    """This authenticator has a passkey here already."""

    code = "passkey-exists"
    remedy = "Use it, or remove it first: GET /v1/me/passkeys."


class PasskeyNotFoundError(NotFoundError):
    """The caller has no such passkey."""

    code = "passkey-not-found"
    remedy = "List your passkeys with GET /v1/me/passkeys."


class TokenRefusedError(UnauthenticatedError):
    """The access token is not one of ours, or not any more; the facts hold ``reason``."""

    code = "token-refused"
    remedy = "Refresh the token, or sign in again."


class KeyProofRefusedError(UnauthenticatedError):
    """The proof of a key (RFC 9449) is not good for this request; the facts hold ``algorithms``."""

    code = "key-proof-refused"
    remedy = "Make a new proof for this method, address and access token, with the key that the token is bound to."


class ProvisioningError(InvalidError):
    """What a directory sent can't be; the facts hold ``field`` and ``scim_type``."""

    code = "provisioning-invalid"


class ProvisionedUserNotFoundError(NotFoundError):
    """The caller's directory keeps no such account."""

    code = "provisioned-user-not-found"
    remedy = "List the accounts with GET /scim/v2/Users."


class PasswordsBusyError(UnavailableError):
    """More passwords wait to be checked than this process checks in a few seconds."""

    code = "sign-in-busy"


class InvalidAccountError(InvalidError):
    """An account can't be made like this; the facts hold ``field``."""

    code = "account-invalid"


class InvalidKeyError(InvalidError):
    """A token key can't be named like this; the facts hold ``field``."""

    code = "token-key-invalid"
    remedy = "Take the key id from `laurel access keys list`."


class AccountExistsError(ConflictError):
    """This person has an account already; the facts hold ``field``."""

    code = "account-exists"
    remedy = "Change the account that exists."


class AccountNotFoundError(NotFoundError):
    """There is no such account."""

    code = "account-not-found"


class SessionNotFoundError(NotFoundError):
    """The caller has no such session."""

    code = "session-not-found"
    remedy = "List your sessions with GET /v1/me/sessions."


class AccessNotConfiguredError(LaurelError):
    """The program was composed without the keys that sign tokens."""

    code = "access-not-configured"
    remedy = "Call access.configure(...) once when the program starts."
