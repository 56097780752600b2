"""What AWS or the network said, as one sentence that says what to do: no network is not called bad credentials."""

from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError

_LOG_IN = "run aws configure or aws sso login, or set AWS_PROFILE, and try aws sts get-caller-identity"
_OF_BOTOCORE: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    (
        (exceptions.ProxyConnectionError,),
        "the proxy does not answer ({error}): check HTTPS_PROXY, or unset it where there is no proxy",
    ),
    (
        (exceptions.SSLError,),
        "the encrypted connection to AWS failed ({error}): a proxy that reads along needs its certificate in "
        "AWS_CA_BUNDLE, and a wrong clock fails too",
    ),
    (
        (exceptions.HTTPClientError, exceptions.ConnectionError),
        "AWS cannot be reached ({error}): check the network, a proxy (HTTPS_PROXY), and that {region} is the region "
        "that you mean; your credentials were not looked at",
    ),
    (
        (exceptions.ProfileNotFound,),
        "{error}: aws configure list-profiles shows those there are; set AWS_PROFILE to one of them",
    ),
    ((exceptions.NoCredentialsError,), "there are no AWS credentials here: {log_in}"),
    ((exceptions.PartialCredentialsError,), "only a part of the AWS credentials is here ({error}): {log_in}"),
    (
        (exceptions.SSOError, exceptions.TokenRetrievalError),
        "your AWS login has ended ({error}): run aws sso login",
    ),
    ((exceptions.CredentialRetrievalError,), "the AWS credentials could not be fetched ({error}): {log_in}"),
    ((exceptions.InvalidRegionError,), "{error}: give a region such as us-east-1"),
)
"""The first that fits counts."""
_EXPIRED = "your AWS credentials have expired: get new ones ({log_in})"
_UNKNOWN_KEY = (
    "AWS does not know these credentials in {region} ({code}): they were deleted or mistyped, or the region is not "
    "enabled in the account; {log_in}"
)
_DENIED = (
    "AWS denies {operation} ({message}): python -m deploy rights --stack-name {stack} prints all rights that deploying "
    "needs as one policy, for whoever manages the account"
)
_CLOCK = "AWS refuses the time of the request ({message}): set this machine's clock"
_THROTTLED = "AWS asks for fewer requests ({code}): try again in a minute"
_OF_AWS = {
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"), _EXPIRED),
    **dict.fromkeys(
        ("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure"), _UNKNOWN_KEY
    ),
    **dict.fromkeys(("RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture"), _CLOCK),
    **dict.fromkeys(("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"), _DENIED),
    **dict.fromkeys(("Throttling", "ThrottlingException", "TooManyRequestsException"), _THROTTLED),
    "SignatureDoesNotMatch": "the secret access key does not belong to the access key: {log_in}",
}


def told(error: BotoCoreError | ClientError, region: str, stack: str = "etf-pipeline") -> str:
    """The sentence; AWS's own words where nothing better is known."""
    if not isinstance(error, ClientError):
        sentence = next((words for kinds, words in _OF_BOTOCORE if isinstance(error, kinds)), "AWS: {error}")
        return sentence.format(error=error, region=region, log_in=_LOG_IN)
    answer = error.response.get("Error", {})
    code, message = answer.get("Code", ""), answer.get("Message", "")
    sentence = _OF_AWS.get(code, "AWS: {error}")
    if code == "SignatureDoesNotMatch" and ("expired" in message or "not yet current" in message):
        sentence = _CLOCK
    return sentence.format(
        error=error,
        code=code,
        message=message,
        region=region,
        stack=stack,
        operation=error.operation_name,
        log_in=_LOG_IN,
    )
