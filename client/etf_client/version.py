"""The client's version, which its distribution and its User-Agent carry."""

__version__ = "0.1.0"
