"""The sample SEC: EDGAR's files for Form N-PORT with made-up figures, for demonstrations and for tests."""
