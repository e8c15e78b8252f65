"""Every query of the room, by subject."""
