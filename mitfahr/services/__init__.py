"""The use cases, one verb per file. A service takes an open session (or opens its own) and says what it needs."""
