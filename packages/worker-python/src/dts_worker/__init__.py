"""Runs jobs of the Distributed Task Scheduler in Python, and submits them."""

from .client import Client, SubmitOptions
from .errors import ApiError, FinalError, RetryableError, Stopped
from .job import Child, Job, SyncJob
from .worker import Worker

__all__ = [
    "ApiError",
    "Child",
    "Client",
    "FinalError",
    "Job",
    "RetryableError",
    "Stopped",
    "SubmitOptions",
    "SyncJob",
    "Worker",
]
