"""personalize-local as a child process, and the three clients."""

import logging
import re
import subprocess

import boto3
import botocore.config

ACCOUNT, REGION = "123456789012", "eu-west-1"


def start(binary, s3_endpoint):
    """Starts the server on a free port; answers the process and its address."""
    process = subprocess.Popen(
        [binary, "--port", "0", "--pace", "fast", "--s3-endpoint", s3_endpoint],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    line = process.stdout.readline()
    address = re.search(r"http://\S+", line)
    if not address:
        raise SystemExit(f"{binary} did not start: {line or 'no output'}")
    return process, address.group()


def clients(endpoint):
    """Clients that neither check parameters nor retry: what is sent and answered is the server's."""
    logging.getLogger("botocore").setLevel(logging.CRITICAL)
    config = botocore.config.Config(parameter_validation=False, retries={"max_attempts": 0})
    return {
        api: boto3.client(
            api,
            endpoint_url=endpoint,
            region_name=REGION,
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="any",
            config=config,
        )
        for api in ["personalize", "personalize-runtime", "personalize-events"]
    }
