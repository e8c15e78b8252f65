"""Every query of consent, by subject; each takes the unit of work and returns values."""
