"""A running application, as the tests of the API have it."""

from tests.api.conftest import house, redis_url, settings

__all__ = ["house", "redis_url", "settings"]
