"""openapi.json and the page that shows it. Their files are read at the first request."""

from functools import cache
from importlib import resources
from pathlib import Path

from api.documents import Document, etag_of

_OPENAPI = Path(__file__).parents[1] / "openapi.json"
# The token is kept in this tab only, and sent only to the API that served the page.
_UNLOCK = """
const lock = document.getElementById("lock");
const kept = "etf-access-token";
function authorized(request) {
  const token = sessionStorage.getItem(kept);
  if (token && new URL(request.url, location.href).origin === location.origin) {
    request.headers = {...request.headers, Authorization: "Bearer " + token};
  }
  return request;
}
async function open() {
  const asked = authorized({url: "openapi.json", headers: {}});
  const answer = await fetch(asked.url, {method: "HEAD", headers: asked.headers});
  lock.hidden = answer.status !== 401;
  if (answer.status === 401) {
    if (sessionStorage.getItem(kept)) {
      document.getElementById("why").textContent = "The access token is wrong: check it, or ask the owner of this API.";
    }
    sessionStorage.removeItem(kept);
    return;
  }
  SwaggerUIBundle({url: "openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null,
    requestInterceptor: authorized});
}
lock.addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(kept, document.getElementById("token").value);
  open();
});
open();
""".strip()


@cache
def openapi_document() -> Document:
    """The description of the API, as committed."""
    return _document(_OPENAPI.read_bytes(), "application/json")


@cache
def docs_page() -> Document:
    """Swagger UI with everything in the page itself, so that it loads nothing from other hosts.

    The assets come with Powertools; its own page generator would load pydantic and the schema builder too.
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
<form id="lock" hidden style="margin: 4em auto; max-width: 30em; font-family: sans-serif">
<p id="why">This API requires an access token.</p>
<label>Access token <input id="token" type="password" autocomplete="current-password" required></label>
<button>Open</button>
</form>
<p style="margin: 1em 20px; font-family: sans-serif"><a href="../">See the data as a page</a></p>
<div id="docs"></div>
<script>{script}</script>
<script>
{_UNLOCK}
</script>
</body>
</html>
"""
    return _document(page.encode(), "text/html; charset=utf-8")


def _document(body: bytes, content_type: str) -> Document:
    return Document(body, etag_of(body), content_type)
