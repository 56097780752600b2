"""What the functions share: the lake and its contracts. No function's own logic lives here."""
