"""Alembic's scripts; `mitfahr migrate` runs them (see mitfahr/db/migrate.py)."""
