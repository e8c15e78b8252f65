"""What can be done with accounts, sessions and factors; the room's door names what others may use."""
