"""What is decided about access, without asking anyone."""
