"""Which lines of fund lists are the same security, from what the lists say of them. Pure rules over plain values."""
