"""Export: whole tables over all funds as Parquet, NDJSON or CSV."""
