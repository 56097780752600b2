"""CSV by DuckDB, with the rule that `etf_common` has for every cell: no text that a spreadsheet runs as a formula.

The rows of a whole lake would take Python half a minute. A test holds the two rules against each other, character by
character.
"""

# The same pattern as in `etf_common.csv_text`. RE2 cannot look ahead, so the beginning is taken and put back; its
# \w would be ASCII, so letters and digits are named by their Unicode categories.
_SIGNS = r"=+@\x{ff1d}\x{ff0b}\x{ff20}\x{ff0d}"
_FORMULA = rf"(^|[;\t\r\n])([^\pL\pN_'{_SIGNS};\t\r\n-]*[{_SIGNS}-])".replace("'", "''")


def cell(expression: str) -> str:
    """The SQL of a text that stands in a cell as it is."""
    return f"regexp_replace({expression}, '{_FORMULA}', '\\1''\\2', 'g')"
