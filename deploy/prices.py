"""AWS's list prices: us-east-1, USD, its public price pages as of 2026.

Those of other regions are up to a third higher.
"""

HOURS = 730
"""Of a month, as AWS counts."""
LAMBDA_GB_SECOND, LAMBDA_REQUEST = 0.0000133334, 0.20e-6  # arm64
S3_PUT, S3_GET, S3_GB = 0.005e-3, 0.0004e-3, 0.023  # a listing costs what a PUT does
SQS_REQUEST, SQS_FIFO_REQUEST, HTTP_REQUEST = 0.40e-6, 0.50e-6, 1.00e-6
SNS_PUBLICATION, SNS_MAIL = 0.50e-6, 2.00e-5
LOG_GB, METRIC, ALARM, DASHBOARD = 0.50, 0.30, 0.10, 3.00
BUDGET = 0.0  # a budget without actions is free
TRANSFER_GB = 0.09
ATHENA_TB = 5.00
ATHENA_LEAST_MB = 10.0
"""Athena counts no query for less."""
METERED_MB = 0.512
"""API Gateway counts one request for each 512 KB of an HTTP API's payload."""
