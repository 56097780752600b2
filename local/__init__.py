"""The same functions on one machine: embedded S3 and SQS, the gateway, the sample portal. May import everything."""
