"""The sample SEC: EDGAR's files for Form N-PORT with made-up figures of the sample funds, for demonstrations and tests."""
