"""Alembic scripts, one a change of the tables, each both ways and for both databases."""
