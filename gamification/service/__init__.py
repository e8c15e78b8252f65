"""Use cases: record what happened and what it earns, show it, keep the board."""
