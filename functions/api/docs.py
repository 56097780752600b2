"""openapi.json and the page that shows it. Both stand in files, which are read at the first request for them."""

import hashlib
from importlib import resources
from pathlib import Path

from api.documents import Document, kept

_OPENAPI = Path(__file__).with_name("openapi.json")


@kept
def openapi_document() -> Document:
    """The description of the API, as committed."""
    return _document(_OPENAPI.read_bytes(), "application/json")


@kept
def docs_page() -> Document:
    """Swagger UI with everything in the page itself, so that it asks no other host for anything.

    Powertools brings the assets; its own page generator would load pydantic and the schema builder with them.
    """
    assets = resources.files("aws_lambda_powertools") / "event_handler" / "openapi" / "swagger_ui"
    script = assets.joinpath("swagger-ui-bundle.min.js").read_text("utf-8")
    style = assets.joinpath("swagger-ui.min.css").read_text("utf-8")
    page = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>ETF Portfolio Data API</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<div id="docs"></div>
<script>{script}</script>
<script>
SwaggerUIBundle({{url: "openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null}});
</script>
</body>
</html>
"""
    return _document(page.encode(), "text/html; charset=utf-8")


def _document(body: bytes, content_type: str) -> Document:
    return Document(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"', content_type)
