"""What is run by hand to keep the project's own tables."""
