"""The rules, pure: no database, no framework, no clock of their own."""
