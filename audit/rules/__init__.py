"""The log's format and arithmetic: pure functions, each naming the specification it follows."""
