"""What a line that somebody typed must look like."""


def is_line(text: str, length: int) -> bool:
    """Tell whether ``text`` is one line of 1 to ``length`` characters, not all of them spaces, and each can be read."""
    return len(text) <= length and bool(text.strip()) and text.isprintable()
