"""What a filing may hold. The largest real ones that are read have some 20,000 lines and 30 MB."""

MAX_FILING_BYTES = 64 * 1024 * 1024
"""Of the document, on the wire and after decompression."""
MAX_LINES = 100_000
"""Lines of 64 MB are fewer by a third: a real one has 1,100 bytes and more. They take some 300 MB of memory."""
MAX_DEPTH = 64
"""Of nested elements; real filings have 12."""
MAX_TOKEN_BYTES = 1024 * 1024
"""Of one tag or comment, which cannot be read before its end has come."""
MAX_TEXT_CHARACTERS = 5_000
"""Of a text or attribute that is kept; the form allows 150 in most places."""
MAX_ATTRIBUTES = 50
"""Of an element that is kept."""
MAX_ELEMENTS = 10_000
"""That are kept of one line, or of one part of the form; a fund can have a thousand classes."""
PIECE_BYTES = 64 * 1024
"""At once into the XML parser."""
