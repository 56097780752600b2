"""The API's contract: `make openapi` writes it to openapi.json, which is what is served.

Nothing that answers requests imports this: pydantic would cost the cold start.
"""
