"""A running application, as the tests of the API have it."""

from tests.api.conftest import house, provider, redis_url, settings

__all__ = ["house", "provider", "redis_url", "settings"]
