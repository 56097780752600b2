"""The rights that `make deploy`, `make config` and `sam delete` need, as an IAM policy for one stack's name.

`python -m deploy rights` prints it; `iam_policy.json` has it for the default name. Tests hold it against what the
commands call and against the permissions that AWS's own registry lists for each type of resource in template.yaml.
"""

import json
from typing import Any

Policy = dict[str, Any]

MAX_CHARACTERS = 6144
"""IAM takes no longer managed policy; blanks do not count."""

# Everything is limited to names that begin with the stack's, in whatever region and account. What has generated ids
# only (HTTP APIs, event source mappings, budgets) cannot be.
_NAMED: dict[str, tuple[list[str], list[str]]] = {
    # statement: its actions, on what; {stack} is the stack's name, {database} that of its Glue database
    "Stacks": (
        [
            "cloudformation:CreateChangeSet",
            "cloudformation:CreateStack",
            "cloudformation:DeleteChangeSet",
            "cloudformation:DeleteStack",
            "cloudformation:Describe*",
            "cloudformation:ExecuteChangeSet",
            "cloudformation:GetTemplate*",
            "cloudformation:ListChangeSets",
            "cloudformation:ListStackResources",
            "cloudformation:UpdateStack",
        ],
        [
            "arn:aws:cloudformation:*:*:stack/{stack}/*",
            "arn:aws:cloudformation:*:*:stack/aws-sam-cli-managed-default/*",
            "arn:aws:cloudformation:*:aws:transform/Serverless-2016-10-31",
        ],
    ),
    "Buckets": (
        [
            "s3:CreateBucket",
            "s3:DeleteBucket*",
            "s3:GetBucket*",
            "s3:Get*Configuration",
            "s3:ListBucket*",
            "s3:ListTagsForResource",
            "s3:PutBucket*",
            "s3:Put*Configuration",
            "s3:TagResource",
            "s3:UntagResource",
        ],
        ["arn:aws:s3:::{stack}-*", "arn:aws:s3:::aws-sam-cli-managed-default-*"],
    ),
    # SAM's artifacts, the config, and the results of queries, which whoever makes a workgroup must be allowed to write
    "Objects": (
        ["s3:*MultipartUpload*", "s3:DeleteObject", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
        [
            "arn:aws:s3:::{stack}-*/athena-results/*",
            "arn:aws:s3:::{stack}-*/config/*",
            "arn:aws:s3:::aws-sam-cli-managed-default-*/*",
        ],
    ),
    "Functions": (
        [
            "lambda:*Function",
            "lambda:*FunctionC*",
            "lambda:*FunctionEventInvokeConfig*",
            "lambda:*FunctionRecursionConfig",
            "lambda:*FunctionScalingConfig",
            "lambda:*LayerVersion",
            "lambda:*Permission",
            "lambda:*RuntimeManagementConfig",
            "lambda:GetPolicy",
            "lambda:*Tag*",
            "lambda:PublishVersion",
        ],
        ["arn:aws:lambda:*:*:function:{stack}-*", "arn:aws:lambda:*:*:layer:{stack}-*"],
    ),
    "Roles": (
        [
            "iam:*RolePolicy",
            "iam:CreateRole",
            "iam:DeleteRole",
            "iam:DeleteRolePermissionsBoundary",
            "iam:GetRole",
            "iam:List*RolePolicies",
            "iam:PutRolePermissionsBoundary",
            "iam:TagRole",
            "iam:UntagRole",
            "iam:UpdateAssumeRolePolicy",
            "iam:UpdateRole*",
        ],
        ["arn:aws:iam::*:role/{stack}-*"],
    ),
    "Queues": (
        ["sqs:*Queue", "sqs:*QueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"],
        ["arn:aws:sqs:*:*:{stack}-*"],
    ),
    "Topic": (
        [
            "sns:*DataProtectionPolicy",
            "sns:*SubscriptionAttributes",
            "sns:*Topic",
            "sns:*TopicAttributes",
            "sns:List*",
            "sns:Subscribe",
            "sns:TagResource",
            "sns:Unsubscribe",
            "sns:UntagResource",
        ],
        ["arn:aws:sns:*:*:{stack}-*"],
    ),
    "Schedules": (
        [f"scheduler:{verb}Schedule" for verb in ("Create", "Delete", "Get", "Update")],
        ["arn:aws:scheduler:*:*:schedule/default/{stack}-*"],
    ),
    "Alarms": (
        [
            "cloudwatch:Delete*",
            "cloudwatch:DescribeAlarms",
            "cloudwatch:GetDashboard",
            "cloudwatch:ListTagsForResource",
            "cloudwatch:PutDashboard",
            "cloudwatch:PutMetricAlarm",
            "cloudwatch:TagResource",
            "cloudwatch:UntagResource",
        ],
        ["arn:aws:cloudwatch:*:*:alarm:{stack}-*", "arn:aws:cloudwatch::*:dashboard/{stack}-*"],
    ),
    "LogGroups": (
        [
            "logs:*DataProtectionPolicy",
            "logs:*LogGroup",
            "logs:*MetricFilter*",
            "logs:*RetentionPolicy",
            "logs:ListTagsForResource",
            "logs:PutLogGroupDeletionProtection",
            "logs:TagResource",
            "logs:UntagResource",
        ],
        [
            "arn:aws:logs:*:*:log-group:/aws/lambda/{stack}-*",
            "arn:aws:logs:*:*:log-group:/aws/vendedlogs/{stack}-*",
        ],
    ),
    "Catalog": (
        ["glue:*Database", "glue:*Table"],
        [
            "arn:aws:glue:*:*:catalog",
            "arn:aws:glue:*:*:database/{database}",
            "arn:aws:glue:*:*:table/{database}/*",
        ],
    ),
    "Queries": (
        [
            "athena:*NamedQuery",
            "athena:*WorkGroup",
            "athena:ListTagsForResource",
            "athena:TagResource",
            "athena:UntagResource",
        ],
        ["arn:aws:athena:*:*:workgroup/{stack}"],
    ),
    "HttpApi": (
        [f"apigateway:{verb}" for verb in ("DELETE", "GET", "PATCH", "POST", "PUT", "TagResource", "UntagResource")],
        ["arn:aws:apigateway:*::/apis*", "arn:aws:apigateway:*::/tags/*"],
    ),
    "Budget": (
        [
            "billing:GetBillingViewData",
            "budgets:ListTagsForResource",
            "budgets:ModifyBudget",
            "budgets:TagResource",
            "budgets:UntagResource",
            "budgets:ViewBudget",
        ],
        ["*"],
    ),
    "WithoutNames": (
        [
            # Lambda's polling of the queue
            "lambda:*EventSourceMapping*",
            # API Gateway's delivery of its access log
            "logs:*IndexPolicy",
            "logs:*LogDelivery",
            "logs:PutBearerTokenAuthentication",
            "logs:*ResourcePolic*",
            "logs:Describe*",
            # SAM asks what a template needs before there is a stack
            "cloudformation:GetTemplateSummary",
            # Glue asks whether Lake Formation governs the tables
            "lakeformation:CreateTable",
            "lakeformation:Describe*",
            "lakeformation:GetDataAccess",
            "lakeformation:ListResources",
        ],
        ["*"],
    ),
}

UNUSED = {
    # actions that AWS's registry lists for the template's types: the property without which they are never called
    "ec2:": "VpcConfig",
    "elasticfilesystem:": "FileSystemConfigs",
    "s3files:": "FileSystemConfigs",
    "kms:": "KmsKeyArn",
    "s3tables:": "MetadataTableConfiguration",
    "firehose:": "ReplicationConfiguration",
    "iam:GetRole": "DeliveryStatusLogging",
    "logs:AssociateKmsKey": "KmsKeyId",
    "logs:DisassociateKmsKey": "KmsKeyId",
    "lambda:PassCapacityProvider": "CapacityProviderConfig",
    "lambda:AssociateRuntimeAlias": "RuntimeManagementConfig",
    "lambda:GetCodeSigningConfig": "CodeSigningConfigArn",
    "s3:CreateBucketMetadataTableConfiguration": "MetadataTableConfiguration",
    "s3:UpdateBucketMetadata": "MetadataTableConfiguration",
    "s3:PutObjectAcl": "AccessControl",
    "glue:PassConnection": "FederatedDatabase",
    "glue:CreateConnection": "FederatedDatabase",
    "glue:DeleteConnection": "FederatedDatabase",
    "glue:GetConnection": "FederatedDatabase",
    "glue:UpdateConnection": "FederatedDatabase",
    "glue:GetSchemaVersion": "SchemaReference",
    "iam:CreateServiceLinkedRole": "ExecutionRole",
    "s3:REST.PUT.OBJECT": "ReplicationConfiguration",
}


def policy(stack: str = "etf-pipeline") -> Policy:
    """The policy for deploying, configuring and deleting the stack of that name."""
    statements: list[dict[str, Any]] = [
        {
            "Sid": sid,
            "Effect": "Allow",
            "Action": actions,
            "Resource": [resource.format(stack=stack, database=stack.replace("-", "_")) for resource in resources],
        }
        for sid, (actions, resources) in _NAMED.items()
    ]
    statements.append(
        {
            "Sid": "RolesForTheFunctions",
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": f"arn:aws:iam::*:role/{stack}-*",
            "Condition": {"StringEquals": {"iam:PassedToService": ["lambda.amazonaws.com", "scheduler.amazonaws.com"]}},
        }
    )
    return {"Version": "2012-10-17", "Statement": statements}


def text(stack: str = "etf-pipeline") -> str:
    """The policy as a JSON document."""
    return json.dumps(policy(stack), indent=2) + "\n"
