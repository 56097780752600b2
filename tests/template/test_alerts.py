"""The topic of the alerts: who publishes to it, who gets it, and that markers outlive what could be told again."""

from datetime import timedelta

from local.retention import OLD_MARKER
from tables.alerts import OLD
from tests.template.conftest import OfType
from tests.translation import Template


def test_the_tables_function_knows_the_topic_and_no_other_function_does(template: Template, of_type: OfType) -> None:
    told = {
        name: function["Environment"]["Variables"].get("CHANGES_TOPIC_ARN")
        for name, function in of_type("AWS::Serverless::Function").items()
    }
    assert {name: arn for name, arn in told.items() if arn} == {"Tables": {"Ref": "Changes"}}
    assert template["Outputs"]["ChangesTopicArn"]["Value"] == {"Ref": "Changes"}


def test_nobody_gets_the_alerts_by_mail_unless_an_address_is_given(template: Template) -> None:
    mail = template["Resources"]["ChangesMail"]
    assert mail["Condition"] == "HasChangesEmail"
    assert template["Conditions"]["HasChangesEmail"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "ChangesEmail"}, ""]}]}
    assert template["Parameters"]["ChangesEmail"]["Default"] == ""
    refers = {"TopicArn": {"Ref": "Changes"}, "Endpoint": {"Ref": "ChangesEmail"}}
    assert mail["Properties"] == {**refers, "Protocol": "email"}


def test_the_topic_is_as_the_other_one_and_lets_no_service_publish(template: Template, of_type: OfType) -> None:
    topics = of_type("AWS::SNS::Topic")
    assert topics["Changes"] == topics["Alarms"]
    (statement,) = template["Resources"]["ChangesPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"


def test_a_marker_outlives_whatever_could_be_told_again_on_aws_and_on_one_machine(template: Template) -> None:
    rules = template["Resources"]["Lake"]["Properties"]["LifecycleConfiguration"]["Rules"]
    (rule,) = (rule for rule in rules if rule.get("Prefix") == "alerts/")
    assert timedelta(days=rule["ExpirationInDays"]) == OLD_MARKER > 2 * OLD
