"""What only the tables of all funds answer, and those tables as files."""
