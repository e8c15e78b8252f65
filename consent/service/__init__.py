"""The use cases of consent, one file per subject."""
