"""A running application, as the tests of the API have it."""

from tests.api.conftest import house, pytest_collection_modifyitems, redis_url, settings

__all__ = ["house", "pytest_collection_modifyitems", "redis_url", "settings"]
