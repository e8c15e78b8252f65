"""Every query about people's requests, by what it is about."""
