"""What AWS or the network said, in one sentence: each fault has its own, with what to do."""

from typing import Any

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError

from deploy.faults import told
from deploy.preview import LINES_SHOWN, lines_of

URL = "https://sts.us-east-1.amazonaws.com/"
LOCAL: list[tuple[Any, str]] = [
    (exceptions.EndpointConnectionError(endpoint_url=URL, error="no name"), "AWS cannot be reached"),
    (exceptions.ConnectTimeoutError(endpoint_url=URL, error="10 s"), "AWS cannot be reached"),
    (exceptions.ReadTimeoutError(endpoint_url=URL, error="20 s"), "AWS cannot be reached"),
    (exceptions.ConnectionClosedError(endpoint_url=URL), "AWS cannot be reached"),
    (exceptions.ProxyConnectionError(proxy_url="http://proxy:1"), "the proxy does not answer"),
    (exceptions.SSLError(endpoint_url=URL, error=ValueError("self-signed")), "AWS_CA_BUNDLE"),
    (exceptions.NoCredentialsError(), "there are no AWS credentials here"),
    (exceptions.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"), "only a part"),
    (exceptions.ProfileNotFound(profile="work"), "aws configure list-profiles"),
    (exceptions.UnauthorizedSSOTokenError(), "your AWS login has ended"),
    (exceptions.TokenRetrievalError(provider="sso", error_msg="expired"), "your AWS login has ended"),
    (exceptions.CredentialRetrievalError(provider="process", error_msg="exit 1"), "could not be fetched"),
    (exceptions.InvalidRegionError(region_name="US EAST"), "give a region such as us-east-1"),
    (exceptions.UnknownServiceError(service_name="x", known_service_names="y"), "AWS: Unknown service"),
]
REMOTE = [
    ("ExpiredToken", "", "your AWS credentials have expired"),
    ("InvalidClientTokenId", "", "does not know these credentials in us-east-1 (InvalidClientTokenId)"),
    ("UnrecognizedClientException", "", "does not know these credentials"),
    ("SignatureDoesNotMatch", "The request signature we calculated does not match", "the secret access key"),
    ("SignatureDoesNotMatch", "Signature not yet current: 20261130 is later", "set this machine's clock"),
    ("RequestTimeTooSkewed", "too large", "set this machine's clock"),
    (
        "AccessDenied",
        "User is not authorized",
        "AWS denies DescribeStacks (User is not authorized): python -m deploy rights",
    ),
    ("ThrottlingException", "", "try again in a minute"),
    ("ValidationError", "no such thing", "AWS: An error occurred (ValidationError)"),
]


@pytest.mark.parametrize(("error", "says"), LOCAL, ids=lambda value: type(value).__name__)
def test_a_fault_on_the_way_has_its_own_sentence(error: Any, says: str) -> None:
    sentence = told(error, "us-east-1")

    assert says in sentence
    # Only what is about credentials speaks of them.
    about_network = isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError)
    assert ("aws configure" in sentence and about_network) is False


@pytest.mark.parametrize(("code", "message", "says"), REMOTE)
def test_so_has_what_aws_answers(code: str, message: str, says: str) -> None:
    error = ClientError({"Error": {"Code": code, "Message": message}}, "DescribeStacks")

    assert says in told(error, "us-east-1", "etf-two")


def change(name: str, action: str, kind: str = "AWS::Lambda::Function", **more: Any) -> Any:
    return {"LogicalResourceId": name, "ResourceType": kind, "Action": action, **more}


class TestChangeSets:
    def test_what_can_lose_data_comes_first_and_says_so(self) -> None:
        told_lines = lines_of(
            [
                change("Api", "Modify", Replacement="False"),
                change("Refresh", "Add"),
                change("Lake", "Modify", "AWS::S3::Bucket", Replacement="True"),
                change("Old", "Remove", "AWS::S3::Bucket"),
                change("Queue", "Remove", "AWS::SQS::Queue"),
                change("Log", "Modify", "AWS::Logs::LogGroup", Replacement="Conditional", PolicyAction="Retain"),
                change("Role", "Remove", "AWS::IAM::Role"),
            ]
        )

        assert told_lines == [
            "removed: 3",
            "  Old (AWS::S3::Bucket): HOLDS DATA; the old one stays in the account with all data, outside the stack",
            "  Queue (AWS::SQS::Queue): HOLDS DATA; the messages that wait in it would be lost",
            "  Role (AWS::IAM::Role)",
            "replaced: 1",
            "  Lake (AWS::S3::Bucket): HOLDS DATA; the old one stays in the account with all data, outside the "
            "stack; the new one is empty",
            "may be replaced: 1",
            "  Log (AWS::Logs::LogGroup): HOLDS DATA; the old one stays in the account with its logs, outside the "
            "stack; the new one is empty",
            "changed: 1",
            "  Api (AWS::Lambda::Function)",
            "added: 1",
            "  Refresh (AWS::Lambda::Function)",
        ]

    def test_of_many_additions_some_are_named_and_of_removals_all(self) -> None:
        many = LINES_SHOWN + 5
        found = lines_of(
            [change(f"A{n}", "Add") for n in range(many)] + [change(f"R{n}", "Remove") for n in range(many)]
        )

        assert sum(line.startswith("  R") for line in found) == many
        assert sum(line.startswith("  A") for line in found) == LINES_SHOWN
        assert found[-1] == "  ... and 5 more"
