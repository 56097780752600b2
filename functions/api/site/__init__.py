"""What is served beside the data: the page, the documentation, what agents and OpenBB read."""
