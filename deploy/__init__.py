"""The owner's tool: deploys the stack, and changes its config."""
