"""The database: tables and queries, one concept per file. SQL lives here and in the services only."""
