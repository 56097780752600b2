"""The HTTP API: its routes are the code's table, one permission lets it call the function, limits hold abuse back."""

import json
from typing import Any

import pytest
from samcli.local.apigw.path_converter import PathConverter
from werkzeug.routing import Map, Rule

from api.routes import ROUTES, SLASHED, Data, find
from api.site.openbb import PATH as OPENBB
from api.site.page import ASSETS, PATHS
from deploy import cost
from tests.translation import Template, gateway_routes, translate

LAMBDAS_POLICY_LIMIT = 20_480
# What an account, a region, a stack and generated ids can add to the names in the template.
LONGEST = {"AWS::Partition": "aws-us-gov", "AWS::Region": "ap-southeast-2", "AWS::AccountId": "1" * 12}


def with_head(routes: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The routes, and HEAD wherever there is a GET."""
    return routes | {("HEAD", path) for method, path in routes if method == "GET"}


def test_the_routes_of_the_template_are_the_codes_with_head_beside_every_get(template: Template) -> None:
    routes = {(route.method, route.gateway_path) for route in ROUTES}
    routes |= {("GET", path) for path in (OPENBB, SLASHED, *PATHS)}
    assert gateway_routes(template) == with_head(routes)


def test_every_symbol_of_a_security_may_have_a_slash(template: Template) -> None:
    # API Gateway takes the most literal path first, and a greedy part last (AWS's documentation of HTTP APIs). SAM's
    # router is Werkzeug's, which decodes %2F before it routes, as API Gateway may.
    gateway = Map(
        [Rule(PathConverter.convert_path_to_flask(path), endpoint=path) for _, path in gateway_routes(template)]
    )
    for route in ROUTES:
        if "{symbol}" in route.path:
            for symbol, is_slashed in (("VTI", False), ("BRK.B", False), ("BRK/B", True), ("HEI/A", True)):
                path = route.path.replace("{symbol}", symbol).replace("{date}", "2026-09-30")
                taken, _ = gateway.bind("localhost").match(path)
                under_etfs = is_slashed and route.path.startswith("/api/etfs/")
                assert taken == (SLASHED if under_etfs else route.gateway_path)
                assert find(route.method, path) == (route, symbol)


def test_an_unknown_route_is_left_to_api_gateway(template: Template) -> None:
    # A catch-all would cost an invocation for every scan of the address; without one API Gateway answers 404 itself.
    assert not any("{proxy+}" in path or path.startswith("$") for _, path in gateway_routes(template))
    assert "x-amazon-apigateway-any-method" not in json.dumps(template["Resources"]["HttpApi"])


def test_every_route_calls_the_function_with_the_event_that_it_reads(template: Template) -> None:
    body = template["Resources"]["HttpApi"]["Properties"]["DefinitionBody"]
    for methods in body["paths"].values():
        for operation in methods.values():
            integration = operation["x-amazon-apigateway-integration"]
            uri = integration.pop("uri")["Fn::Sub"]
            assert uri.endswith("/functions/${Api.Arn}/invocations")
            # POST is how API Gateway calls Lambda, whatever the caller's method is.
            assert integration == {"type": "aws_proxy", "httpMethod": "POST", "payloadFormatVersion": "2.0"}


def statements(translated: Template, function: str) -> list[str]:
    """The statements of a function's own policy, as Lambda stores them, with the longest names that they can have."""

    def longest(value: Any) -> str:
        text = str(value["Fn::Sub"]) if isinstance(value, dict) and "Fn::Sub" in value else str(value)
        for name, filled in LONGEST.items():
            text = text.replace(f"${{{name}}}", filled)
        return text

    arn = f"arn:aws-us-gov:lambda:ap-southeast-2:{'1' * 12}:function:{'s' * 32}-{function.lower()}"
    return [
        json.dumps(
            {
                "Sid": f"{'s' * 32}-{name}-{'x' * 12}",
                "Effect": "Allow",
                "Principal": {"Service": resource["Properties"]["Principal"]},
                "Action": resource["Properties"]["Action"],
                "Resource": arn,
                "Condition": {"ArnLike": {"AWS:SourceArn": longest(resource["Properties"]["SourceArn"])}},
            }
        )
        for name, resource in translated["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Permission"
        and resource["Properties"]["FunctionName"] in ({"Ref": function}, {"Fn::GetAtt": [function, "Arn"]})
    ]


def test_one_permission_serves_all_routes_and_the_policy_stays_small(translated: Template) -> None:
    (statement,) = statements(translated, "Api")
    assert "${HttpApi}/*" in statement
    for function in ("Api", "Transform", "FilingsParse"):
        # However many routes are added, the policy does not grow: a tenth of the limit is ample.
        assert sum(map(len, statements(translated, function))) < LAMBDAS_POLICY_LIMIT / 10


def test_a_route_that_stood_as_an_event_would_grow_the_policy(template: Template) -> None:
    event = {"Type": "HttpApi", "Properties": {"ApiId": {"Ref": "HttpApi"}, "Method": "GET", "Path": "/api/new"}}
    template["Resources"]["Api"]["Properties"]["Events"] = {"New": event}
    assert len(statements(translate(template), "Api")) == 2


def test_analytics_and_large_answers_have_lower_limits_than_the_others(template: Template) -> None:
    api = template["Resources"]["HttpApi"]["Properties"]
    stored = {"getSnapshot", "listHoldings", "listHistory", "listFilings", "getFiling"}

    def rate(operation_id: str, data: Data) -> tuple[int, int]:
        # What only hands stored objects out is large; the others compute over the lines of many.
        if operation_id in stored:
            return (50, 5)
        # The largest page, and what can keep another function at work for a while.
        if operation_id in {"getDocs", "getTable"}:
            return (20, 1)
        return (40, 2) if data is Data.SNAPSHOTS else (100, 50)

    limits = {}
    for method, path in gateway_routes(template):
        settings = api["RouteSettings"].get(f"{method} {path}", api["DefaultRouteSettings"])
        limits[method, path] = (settings["ThrottlingBurstLimit"], settings["ThrottlingRateLimit"])
    expected = {(route.method, route.gateway_path): rate(route.operation_id, route.data) for route in ROUTES}
    expected |= {("GET", path): (100, 50) for path in PATHS}
    expected["GET", ASSETS] = (50, 5)
    expected["GET", OPENBB] = (40, 2)  # it asks the other routes
    # Few symbols have a slash, and what follows one may be as costly as any answer.
    expected["GET", SLASHED] = (20, 1)
    # HEAD computes what GET does.
    expected |= {("HEAD", path): found for (method, path), found in expected.items() if method == "GET"}
    assert limits == expected
    # A setting for a route that does not exist would stop the deploy.
    assert {tuple(key.split()) for key in api["RouteSettings"]} <= gateway_routes(template)
    assert api["DefaultRouteSettings"] == {"ThrottlingBurstLimit": 100, "ThrottlingRateLimit": 50}


def test_requests_are_logged_by_route(template: Template) -> None:
    api = template["Resources"]["HttpApi"]["Properties"]
    assert api["AccessLogSettings"]["DestinationArn"] == {"Fn::GetAtt": ["ApiAccessLog", "Arn"]}
    group = template["Resources"]["ApiAccessLog"]["Properties"]["LogGroupName"]["Fn::Sub"]
    assert group.startswith("/aws/vendedlogs/")
    # The filter that counts refused requests reads a field of this format.
    line = json.loads(api["AccessLogSettings"]["Format"])
    assert line["status"] == "$context.status"
    refused = template["Resources"]["RefusedRequests"]["Properties"]
    assert refused["LogGroupName"] == {"Ref": "ApiAccessLog"}
    assert refused["FilterPattern"] == '{ $.status = "429" }'


def test_browsers_may_call_from_the_origins_that_the_owner_allows(template: Template, translated: Template) -> None:
    cors = template["Resources"]["HttpApi"]["Properties"]["CorsConfiguration"]
    assert set(cors["AllowMethods"]) == {method for method, _ in gateway_routes(template)}
    # Without Content-Type no browser could send a portfolio, without Authorization none could send the token.
    assert cors["AllowHeaders"] == ["Authorization", "Content-Type", "If-None-Match"]
    # SAM merges it into the definition that API Gateway imports, where the origins stand.
    assert translated["Resources"]["HttpApi"]["Properties"]["Body"]["x-amazon-apigateway-cors"] == {
        "allowOrigins": {"Fn::Split": [",", {"Ref": "CorsOrigins"}]},
        "allowMethods": cors["AllowMethods"],
        "allowHeaders": cors["AllowHeaders"],
        "exposeHeaders": cors["ExposeHeaders"],
        "maxAge": 3600,
    }
    assert "Origins" not in json.dumps(cors)


def test_the_function_gets_the_token_and_the_origins(template: Template) -> None:
    variables = template["Resources"]["Api"]["Properties"]["Environment"]["Variables"]
    assert variables["ACCESS_TOKEN_SHA256"] == {"Ref": "AccessTokenSha256"}
    assert variables["CORS_ORIGINS"] == {"Ref": "CorsOrigins"}
    token = template["Parameters"]["AccessTokenSha256"]
    assert (token["NoEcho"], token["Default"]) == (True, "")
    has_token = template["Conditions"]["HasAccessToken"]
    assert has_token == {"Fn::Not": [{"Fn::Equals": [{"Ref": "AccessTokenSha256"}, ""]}]}
    assert template["Outputs"]["ApiAccess"]["Value"] == {"Fn::If": ["HasAccessToken", "token", "open"]}


@pytest.mark.parametrize("name", ["Api", "Export"])
def test_concurrency_is_reserved_only_where_the_owner_says_how_much(template: Template, name: str) -> None:
    reserved = template["Resources"][name]["Properties"]["ReservedConcurrentExecutions"]
    parameter = f"{name}ReservedConcurrency"
    # An account whose limit is 10 cannot reserve any.
    assert reserved == {"Fn::If": [f"Has{parameter}", {"Ref": parameter}, {"Ref": "AWS::NoValue"}]}
    assert template["Conditions"][f"Has{parameter}"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, ""]}]}
    assert template["Parameters"][parameter]["Default"] == ""


def test_the_cost_of_abuse_is_computed_from_the_limits_of_the_template(template: Template) -> None:
    api = template["Resources"]["HttpApi"]["Properties"]
    function = template["Resources"]["Api"]["Properties"]
    found = cost.limits()
    assert len(found.routes) == len(gateway_routes(template))
    default = api["DefaultRouteSettings"]["ThrottlingRateLimit"]
    settings = api["RouteSettings"]
    for key, rate in found.routes.items():
        assert rate == settings.get(key, {}).get("ThrottlingRateLimit", default)
    assert (found.memory_gb, found.timeout_seconds) == (function["MemorySize"] / 1024, function["Timeout"])
