"""Pure decisions about what comes next."""
