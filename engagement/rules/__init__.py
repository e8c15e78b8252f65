"""Pure decisions about activities: what can be read, and what may be kept."""
