"""What the resources are set to, where nothing else in the project would notice that a setting is gone."""

from tests.template.conftest import OfType
from tests.template.test_roles import LAKE
from tests.translation import Template


def test_functions_and_layer_are_built_for_what_was_chosen(template: Template, of_type: OfType) -> None:
    chosen, runtime = {"Ref": "Architecture"}, {"Ref": "Runtime"}
    functions, layer = template["Globals"]["Function"], template["Resources"]["CommonLayer"]
    assert (functions["Architectures"], functions["Runtime"]) == ([chosen], runtime)
    assert layer["Metadata"] == {"BuildMethod": runtime, "BuildArchitecture": chosen}
    assert layer["Properties"]["CompatibleArchitectures"] == [chosen]
    assert layer["Properties"]["CompatibleRuntimes"] == [runtime]
    assert not any(
        {"Architectures", "Runtime"} & set(function) for function in of_type("AWS::Serverless::Function").values()
    )
    defaults = {name: parameter["Default"] for name, parameter in template["Parameters"].items()}
    assert (defaults["Architecture"], defaults["Runtime"]) == ("arm64", "python3.13")


def test_the_bucket_is_private_versioned_encrypted_and_tls_only(template: Template) -> None:
    lake = template["Resources"]["Lake"]["Properties"]
    assert lake["VersioningConfiguration"] == {"Status": "Enabled"}
    assert lake["BucketEncryption"]
    flags = {"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"}
    assert lake["PublicAccessBlockConfiguration"] == dict.fromkeys(flags, True)
    assert lake["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    (statement,) = template["Resources"]["LakePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert [resource["Fn::Sub"] for resource in statement["Resource"]] == [LAKE, f"{LAKE}/*"]


def test_the_bucket_outlives_its_stack(template: Template) -> None:
    lake = template["Resources"]["Lake"]
    assert lake["DeletionPolicy"] == "RetainExceptOnCreate"
    assert lake["UpdateReplacePolicy"] == "Retain"


def test_raw_is_kept_where_a_replay_can_read_it_and_old_versions_go(template: Template) -> None:
    rules = template["Resources"]["Lake"]["Properties"]["LifecycleConfiguration"]["Rules"]
    by_id = {rule["Id"]: {name: value for name, value in rule.items() if name != "Id"} for rule in rules}
    assert by_id == {
        "raw-gets-cheaper": {
            "Status": "Enabled",
            "Prefix": "raw/",
            # Deeper classes cannot be read at once.
            "Transitions": [{"StorageClass": "GLACIER_IR", "TransitionInDays": 90}],
        },
        "evidence-goes": {"Status": "Enabled", "Prefix": "rejected/", "ExpirationInDays": 90},
        "old-versions-go": {
            "Status": "Enabled",
            "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
            "ExpiredObjectDeleteMarker": True,
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        },
    }


def test_the_refresh_keeps_new_yorks_time(template: Template) -> None:
    schedule = template["Resources"]["Dispatch"]["Properties"]["Events"]["AfterTheClose"]["Properties"]
    assert schedule["ScheduleExpression"] == {"Ref": "Schedule"}
    assert schedule["ScheduleExpressionTimezone"] == "America/New_York"
    for function in ("Dispatch", "Sweep"):
        for event in template["Resources"][function]["Properties"]["Events"].values():
            assert "State" not in event["Properties"], "a schedule is enabled unless it says otherwise"


def test_a_symbol_has_time_for_all_its_tries(template: Template) -> None:
    queue = template["Resources"]["RefreshQueue"]["Properties"]
    extract = template["Resources"]["Extract"]["Properties"]
    assert (queue["VisibilityTimeout"], extract["Timeout"]) == (6 * 180, 180)
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
    refresh = extract["Events"]["Refresh"]["Properties"]
    assert (refresh["BatchSize"], refresh["ScalingConfig"]) == (1, {"MaximumConcurrency": {"Ref": "MaxWorkers"}})


def test_the_api_is_throttled_logged_and_open_to_browsers(template: Template) -> None:
    api = template["Resources"]["HttpApi"]["Properties"]
    assert api["DefaultRouteSettings"] == {"ThrottlingBurstLimit": 100, "ThrottlingRateLimit": 50}
    assert api["AccessLogSettings"]["DestinationArn"] == {"Fn::GetAtt": ["ApiAccessLog", "Arn"]}
    group = template["Resources"]["ApiAccessLog"]["Properties"]["LogGroupName"]["Fn::Sub"]
    assert group.startswith("/aws/vendedlogs/")
    cors = api["CorsConfiguration"]
    assert cors["AllowOrigins"] == ["*"]
    # Without Content-Type no browser could send a portfolio.
    assert cors["AllowHeaders"] == ["Content-Type", "If-None-Match"]


def test_the_outputs_are_what_an_owner_needs(template: Template) -> None:
    values = {name: output["Value"] for name, output in template["Outputs"].items()}
    queues = ("RefreshQueue", "RefreshDeadLetters", "CapturedDeadLetters", "ScheduleDeadLetters")
    assert values.pop("ApiUrl")["Fn::Sub"].endswith("${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/api/etfs")
    assert values.pop("DashboardUrl")["Fn::Sub"].endswith("#dashboards:name=${Dashboard}")
    assert values == {"LakeBucket": {"Ref": "Lake"}, **{f"{name}Url": {"Ref": name} for name in queues}}
