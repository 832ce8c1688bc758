"""The register over SQL: SQLite for the embedded default, PostgreSQL for everything else."""
