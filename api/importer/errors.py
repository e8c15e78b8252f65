"""Why an import stops."""


class ImportStoppedError(Exception):
    """The import cannot go on; the message is one line that says why and what to do about it."""
