"""`python -m api.contract` writes openapi.json anew."""

from api.contract.document import TARGET, text

TARGET.write_text(text(), encoding="utf-8")
