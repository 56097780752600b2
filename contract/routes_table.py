"""The routes as a table for docs/, so that no document lists them by hand."""

from api.routes import ROUTES


def routes_table() -> str:
    """Markdown: one line a route, in the table's order."""
    lines = ["| route | answer | parameters | CSV |", "|---|---|---|---|"]
    for route in ROUTES:
        parameters = ", ".join(f"`{name}`" for name in route.parameters)
        cells = (f"`{route.method} {route.path}`", route.summary, parameters, "yes" if route.csv else "")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
