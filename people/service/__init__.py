"""What can be done with people and their licences; the room's door names what others may use."""
