"""What can go wrong with the embedded servers, always as one line."""

from kernel.errors import UnavailableError


class EmbeddedServersError(UnavailableError):
    """PostgreSQL or Valkey can't be started, stopped or used here; the sentence says why and where its log is."""

    code = "embedded-servers-unavailable"
    remedy = "Follow the sentence, or set LAUREL_DATABASE_URL and LAUREL_REDIS_URL to servers of your own."
