"""`python -m contract` writes openapi.json anew."""

from contract.document import TARGET, text

TARGET.write_text(text(), encoding="utf-8")
