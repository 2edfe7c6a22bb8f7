from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel

from conftest import Answer, Gateway
from dts_worker import ApiError, Client, FinalError, Job, RetryableError, SyncJob, Worker
from play import Play, lease, run


@dataclass
class Report:
    title: str


class Model(BaseModel):
    title: str


def test_runs_coroutines_with_dataclasses(gateway: Gateway) -> None:
    async def render(report: Report, job: Job) -> Report:
        return Report(report.title + job.id)

    assert run(Play(gateway, lease({"title": "t"})), render).completed == [{"title": "texternal_1"}]


def test_tells_the_trace_that_a_job_belongs_to(gateway: Gateway) -> None:
    async def render(report: Report, job: Job) -> dict[str, str]:
        return job.trace_headers

    cases: list[tuple[dict[str, str | None], dict[str, str]]] = [
        ({"traceparent": "00-a-b-01", "tracestate": None}, {"traceparent": "00-a-b-01"}),
        ({"traceparent": "00-a-b-01", "tracestate": "a=b"}, {"traceparent": "00-a-b-01", "tracestate": "a=b"}),
        ({}, {}),
    ]
    for changes, told in cases:
        assert run(Play(gateway, lease({"title": "t"}, **changes)), render).completed[-1] == told


def test_runs_functions_in_threads_with_models(gateway: Gateway) -> None:
    def render(report: Model, job: SyncJob) -> Model:
        job.log(threading.current_thread().name)
        return Model(title=report.title.upper())

    play = run(Play(gateway, lease({"title": "t"})), render)
    assert (play.completed, gateway.sent(":log")) == ([{"title": "T"}], [{"lines": ["job-external_1"]}])


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (FinalError("broken", "x"), {"error": {"code": "broken", "message": "x"}, "retryable": False}),
        (
            RetryableError("busy", "x", retry_after=1.5),
            {"error": {"code": "busy", "message": "x"}, "retryable": True, "retryAfterMs": 1500},
        ),
        (KeyError(), {"error": {"message": "KeyError"}, "retryable": True}),
    ],
)
def test_tells_what_an_error_means(gateway: Gateway, error: Exception, told: dict[str, Any]) -> None:
    async def render(report: Report, job: Job) -> None:
        raise error

    assert run(Play(gateway, lease({"title": "t"})), render).failed == [told]


def test_does_not_run_what_does_not_fit(gateway: Gateway) -> None:
    async def render(report: Report, job: Job) -> None:
        raise AssertionError("it ran")

    (failure,) = run(Play(gateway, lease({"name": "t"})), render).failed
    assert (failure["error"]["code"], failure["retryable"]) == ("invalid-payload", False)


def test_fails_a_job_that_it_has_no_handler_for(gateway: Gateway) -> None:
    async def render(report: Report, job: Job) -> None:
        raise AssertionError("it ran")

    play = run(Play(gateway, lease({}, name="other")), render)
    assert play.failed[0]["error"]["code"] == "unknown-job"


def test_cancels_a_coroutine_when_it_is_told_to(gateway: Gateway) -> None:
    reasons: list[str | None] = []

    async def render(report: Report, job: Job) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            reasons.append(job.stop_reason)

    play = run(Play(gateway, lease({"title": "t"}), {"directive": "cancel", "reason": "cancelled"}), render)
    assert (reasons, len(play.failed)) == (["cancelled"], 1)


def test_tells_a_thread_that_its_time_is_up(gateway: Gateway) -> None:
    def render(report: Report, job: SyncJob) -> None:
        job.stopped.wait(10)
        job.raise_if_stopped()

    play = run(Play(gateway, lease({"title": "t"}, timeoutMs=100)), render)
    assert "timeout" in play.failed[0]["error"]["message"]


def test_sends_heartbeats_while_a_handler_blocks_its_loop(gateway: Gateway) -> None:
    async def render(report: Report, job: Job) -> None:
        with gateway.changed:
            assert gateway.changed.wait_for(lambda: len(gateway.sent(":heartbeat")) >= 3, timeout=10)

    assert run(Play(gateway, lease({"title": "t"})), render).completed == [None]


def test_submits_the_same_child_for_the_same_call(gateway: Gateway) -> None:
    async def render(report: Report, job: Job) -> list[str]:
        return [await job.submit("report.render", Report("a")) for _ in range(2)]

    play = run(Play(gateway, lease({"title": "t"})), render)
    first, second = (body["key"] for body in gateway.sent(":submit"))
    assert (play.completed, first[:-2], [first[-2:], second[-2:]]) == ([["external_2"] * 2], second[:-2], [":1", ":2"])


def test_refuses_two_handlers_of_one_name(gateway: Gateway) -> None:
    worker = Worker(gateway.url, "key")
    worker.job("a")(print)
    with pytest.raises(ValueError, match="has a handler already"):
        worker.job("a")(print)


def test_ends_when_the_gateway_does_not_know_its_key(gateway: Gateway) -> None:
    gateway.respond = lambda path, body: (401, {"code": "unauthenticated", "detail": "no"})
    worker = Worker(gateway.url, "key")
    worker.job("a")(print)
    with pytest.raises(ApiError, match="unauthenticated"):
        worker.run()


def test_a_client_repeats_a_submission_with_one_key(gateway: Gateway) -> None:
    answers: list[Answer] = [(503, {"code": "unavailable", "detail": ""}), (201, {"id": "external_9"})]
    gateway.respond = lambda path, body: answers.pop(0)

    async def submit() -> dict[str, Any]:
        async with Client(gateway.url, "key") as client:
            return await client.submit("report.render", Report("t"), options={"priority": 2})

    assert asyncio.run(submit())["id"] == "external_9"
    assert gateway.sent("/v1/jobs") == [{"name": "report.render", "payload": {"title": "t"}, "priority": 2}] * 2
