"""What goes wrong in handlers and settings is told: no job hangs, none ends as of a worker that crashed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Any

import pytest

from conftest import Answer, Gateway
from dts_worker import ApiError, Client, FinalError, Job, RetryableError, SyncJob, Worker
from play import Play, lease, run


@dataclass
class Report:
    title: str


async def idle(report: Report, job: Job) -> None:
    pass


@pytest.mark.parametrize("result", [float("nan"), {"a": float("inf")}, object(), b"\xff", "\ud800"])
def test_a_result_that_json_cannot_carry_ends_the_job(gateway: Gateway, result: Any) -> None:
    async def render(report: Report, job: Job) -> Any:
        return result

    (told,) = run(Play(gateway, lease({"title": "t"})), render).failed
    assert (told["error"]["code"], told["retryable"]) == ("invalid-result", False)


@pytest.mark.parametrize(
    "error", [StopIteration("x"), SystemExit("x"), KeyboardInterrupt("x"), asyncio.CancelledError("x")]
)
def test_whatever_a_thread_raises_fails_its_attempt(gateway: Gateway, error: BaseException) -> None:
    def render(report: Report, job: SyncJob) -> None:
        raise error

    (told,) = run(Play(gateway, lease({"title": "t"})), render).failed
    assert told == {"error": {"message": f"the handler raised {type(error).__name__}: x"}, "retryable": True}


@pytest.mark.parametrize("error", [SystemExit(1), asyncio.CancelledError(), StopAsyncIteration()])
def test_whatever_a_coroutine_raises_fails_its_attempt(gateway: Gateway, error: BaseException) -> None:
    async def render(report: Report, job: Job) -> None:
        raise error

    (told,) = run(Play(gateway, lease({"title": "t"})), render).failed
    assert (type(error).__name__ in told["error"]["message"], told["retryable"]) == (True, True)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (FinalError("Not Kebab", "x"), {"error": {"message": "Not Kebab: x"}, "retryable": False}),
        (FinalError("a", "\ud800"), {"error": {"code": "a", "message": "?"}, "retryable": False}),
        (
            RetryableError("a", "x" * 5000, 1e9),
            {"error": {"code": "a", "message": "x" * 2000}, "retryAfterMs": 604800000},
        ),
        (RetryableError("a", "x", -1), {"error": {"code": "a", "message": "x"}, "retryAfterMs": 0}),
        (RetryableError("a", "x", float("nan")), {"error": {"code": "a", "message": "x"}, "retryAfterMs": 0}),
    ],
)
def test_a_failure_is_told_as_the_gateway_takes_it(gateway: Gateway, error: Exception, told: dict[str, Any]) -> None:
    async def render(report: Report, job: Job) -> None:
        raise error

    assert run(Play(gateway, lease({"title": "t"})), render).failed == [{"retryable": True, **told}]


def test_calls_an_object_whose_call_is_a_coroutine(gateway: Gateway) -> None:
    class Renderer:
        async def __call__(self, report: Report, job: Job) -> str:
            return report.title

    assert run(Play(gateway, lease({"title": "t"})), Renderer()).completed == ["t"]


@pytest.mark.parametrize("handler", [lambda: 1, lambda report: 1, lambda report, job, more: 1])
def test_refuses_a_handler_that_takes_something_else(gateway: Gateway, handler: Any) -> None:
    with pytest.raises(TypeError, match="argument"):
        Worker(gateway.url, "key").job("a")(handler)


@pytest.mark.parametrize("url", ["", "127.0.0.1:3000", "localhost", "ftp://host", "http://", "http://host:x"])
def test_refuses_what_is_no_url(url: str) -> None:
    for build in (Worker, Client):
        with pytest.raises(ValueError, match="is no URL of a gateway"):
            build(url, "key")


@pytest.mark.parametrize(
    "setting", [{"slots": 0}, {"slots": 10_001}, {"grace": -1.0}, {"worker_id": "a b"}, {"queues": ()}]
)
def test_refuses_settings_that_no_gateway_takes(setting: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(setting))):
        Worker("http://127.0.0.1", "key", **setting)


def test_refuses_to_run_without_a_handler() -> None:
    with pytest.raises(ValueError, match="no handler"):
        Worker("http://127.0.0.1", "key").run()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((200, "<html>"), "answered what no gateway does: '<html>'"),
        ((302, ""), "redirects to http://elsewhere/: give the gateway's own URL"),
        ((422, '{"code":"invalid-request","errors":[{"pointer":"/max","detail":"too big"}]}'), "/max too big"),
    ],
)
def test_says_what_answers_in_the_gateway_s_place(gateway: Gateway, answer: tuple[int, str], words: str) -> None:
    gateway.respond = lambda path, body: answer
    worker = Worker(gateway.url, "key")
    worker.job("a")(idle)
    with pytest.raises(ApiError) as refused:
        worker.run()
    assert words in str(refused.value)


def test_no_flood_of_calls_opens_many_connections(gateway: Gateway) -> None:
    async def render(report: Report, job: Job) -> int:
        await asyncio.gather(*(job.progress(n) for n in range(100)))
        return 100

    play = run(Play(gateway, lease({"title": "t"}), slots=500), render)
    assert (play.completed, len(gateway.sent(":progress"))) == ([100], 100)
    assert gateway.connections <= 3 * 16


def test_sends_nothing_that_no_gateway_reads(gateway: Gateway) -> None:
    async def render(report: Report, job: Job) -> str:
        for call in (job.log("x" * 2**21), job.submit("a", "x" * 2**21)):
            with pytest.raises(ApiError, match="413 payload-too-large"):
                await call
        return "x" * 2**21

    play = run(Play(gateway, lease({"title": "t"})), render)
    assert [told["error"]["code"] for told in play.failed] == ["result-too-large"]
    assert not [path for path, _ in gateway.calls if path.endswith((":log", ":submit", ":complete"))]


def test_takes_a_key_as_it_is_read_from_its_file(gateway: Gateway) -> None:
    async def render(report: Report, job: Job) -> str:
        return report.title

    play = Play(gateway, lease({"title": "t"}), key="key\n")
    assert run(play, render).completed == ["t"]


def test_keeps_more_leases_than_fit_in_a_heartbeat(gateway: Gateway) -> None:
    jobs = [lease({"title": "t"}, leaseToken=f"token-{n}") for n in range(1001)]
    heard: set[str] = set()
    largest = 0
    all_heard, all_lost = threading.Event(), threading.Event()

    def respond(path: str, body: dict[str, Any]) -> Answer:
        nonlocal largest
        given: list[dict[str, Any]] = []
        if path == "/v1/leases":
            given = [jobs.pop() for _ in range(min(body["max"], len(jobs)))]
            if not given:
                all_heard.wait(0.1)
        elif path == "/v1/leases:heartbeat":
            tokens = body["leaseTokens"]
            heard.update(tokens)
            largest = max(largest, len(tokens))
            if all_heard.is_set():
                given = [{"leaseToken": token, "directive": "lost"} for token in tokens]
            if len(heard) == 1001:
                all_heard.set()
            if heard and not tokens:
                all_lost.set()
        return 200, {"directive": "continue", "leases": given}

    gateway.respond = respond
    worker = Worker(gateway.url, "key", slots=2000, grace=0.0)

    @worker.job("report.render")
    async def render(report: Report, job: Job) -> None:
        await asyncio.Event().wait()

    async def scene() -> bool:
        serving = asyncio.create_task(worker.serve())
        are_lost = await asyncio.to_thread(all_lost.wait, 30)
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
        return are_lost

    assert (asyncio.run(scene()), largest) == (True, 1000)


def test_gives_signals_back_when_it_ends(gateway: Gateway) -> None:
    async def render(report: Report, job: Job) -> None:
        pass

    before = [signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)]
    run(Play(gateway, lease({"title": "t"})), render)
    assert [signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)] == before


STUBBORN = """
import asyncio, sys, time
from dts_worker import Worker
worker = Worker(sys.argv[1], "key", grace=0.1)

@worker.job("report.render")
async def render(report, job):
    print("started", flush=True)
    while True:
        try:
            await asyncio.sleep(60) if sys.argv[2] == "heedless" else time.sleep(4)
        except asyncio.CancelledError:
            pass
        if sys.argv[2] != "heedless":
            return

worker.run()
"""


@pytest.mark.parametrize("kind", ["heedless", "blocking"])
def test_ends_although_a_handler_does_not_and_hands_its_job_back(gateway: Gateway, kind: str) -> None:
    Play(gateway, lease({"title": "t"}))
    command = [sys.executable, "-c", STUBBORN, gateway.url, kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        for _ in range(2):  # told twice is told once
            os.kill(process.pid, signal.SIGTERM)
        assert process.wait(timeout=15) == 0
    assert len(gateway.sent(":release")) == 1
