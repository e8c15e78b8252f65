"""What is decided about people, without asking anyone."""
