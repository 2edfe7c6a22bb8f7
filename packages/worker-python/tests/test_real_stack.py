"""Against a real stack, which DTS_URL and DTS_API_KEY name: no other worker may serve it meanwhile."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from dataclasses import dataclass, field
from typing import Literal

import pytest

from dts_worker import ApiError, Client, FinalError, Job, RetryableError, SyncJob
from stack import Stack, serving, until_state


@dataclass
class Report:
    title: str
    columns: list[str] = field(default_factory=list)
    rows: list[list[str | float | bool | None]] = field(default_factory=list)
    format: Literal["text", "csv", "html"] = "text"


@dataclass
class Numbers:
    rows: list[list[int]]


@dataclass
class Document:
    document: str
    rows: int


def test_runs_a_job_to_its_result_by_dataclasses(stack: Stack) -> None:
    seen: list[Report] = []

    async def render(report: Report, job: Job) -> Document:
        seen.append(report)
        return Document(", ".join(report.columns), len(report.rows))

    async def scene(client: Client) -> None:
        report = Report("Invoices", ["number", "amount"], [["INV-1042", 19.9]])
        async with serving(stack.worker(render)):
            submitted = await client.submit("report.render", report, options={"tags": ["typed"]})
            job = await client.wait(submitted["id"])
        assert (job["state"], job["attemptsMade"]) == ("completed", 1)
        assert job["result"] == {"document": "number, amount", "rows": 1}
        assert seen == [report]

    stack.play(scene)


def test_runs_many_jobs_at_once(stack: Stack) -> None:
    async def scene(client: Client) -> None:
        running: list[str] = []
        all_run = asyncio.Event()

        async def render(report: Report, job: Job) -> Document:
            running.append(job.id)
            if len(running) == 8:
                all_run.set()
            await all_run.wait()
            return Document(report.title, 0)

        async with serving(stack.worker(render, slots=8)):
            jobs = await asyncio.gather(*(client.submit("report.render", Report(f"r{n}")) for n in range(8)))
            ended = await asyncio.gather(*(client.wait(job["id"]) for job in jobs))
        assert [job["result"]["document"] for job in ended] == [f"r{n}" for n in range(8)]

    stack.play(scene)


def test_tells_progress_and_log_lines_from_a_thread(stack: Stack) -> None:
    def render(report: Report, job: SyncJob) -> Document:
        job.progress({"done": 1})
        job.log("half way", threading.current_thread().name)
        return Document(report.title, 0)

    async def scene(client: Client) -> None:
        async with serving(stack.worker(render)):
            job = await client.wait((await client.submit("report.render", Report("t")))["id"])
        assert (job["state"], job["progress"]) == ("completed", {"done": 1})
        logs = await stack.get(f"/v1/jobs/{job['id']}/logs")
        assert [line["text"] for line in logs["items"]] == ["half way", f"job-{job['id']}"]

    stack.play(scene)


def test_stops_a_job_that_is_cancelled_while_it_runs(stack: Stack) -> None:
    reasons: list[str | None] = []

    async def scene(client: Client) -> None:
        started = asyncio.Event()

        async def render(report: Report, job: Job) -> None:
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                reasons.append(job.stop_reason)

        async with serving(stack.worker(render)):
            job_id = (await client.submit("report.render", Report("t")))["id"]
            await started.wait()
            await client.cancel(job_id)
            job = await client.wait(job_id)
        assert (job["state"], job["error"]["code"], reasons) == ("cancelled", "cancelled", ["cancelled"])

    stack.play(scene)


def test_says_of_a_failure_whether_another_attempt_may_succeed(stack: Stack) -> None:
    async def render(report: Report, job: Job) -> Document:
        if report.title == "final":
            raise FinalError("broken", "never")
        if job.attempt == 1:
            raise RetryableError("busy", "come back", retry_after=0.001)
        return Document(report.title, 0)

    async def scene(client: Client) -> None:
        async with serving(stack.worker(render)):
            retried, final = [await client.submit("report.render", Report(title)) for title in ("retry", "final")]
            retried, final = await client.wait(retried["id"]), await client.wait(final["id"])
        assert (retried["state"], retried["attemptsMade"]) == ("completed", 2)
        assert retried["attempts"][0]["error"]["code"] == "busy"
        assert (final["state"], final["attemptsMade"]) == ("dead", 1)
        assert (final["error"]["code"], final["error"]["message"]) == ("broken", "never")

    stack.play(scene)


def test_buries_what_does_not_fit_the_type_of_its_payload(stack: Stack) -> None:
    async def render(report: Numbers, job: Job) -> None:
        raise AssertionError("it ran")

    async def scene(client: Client) -> None:
        async with serving(stack.worker(render)):
            job = await client.wait((await client.submit("report.render", Report("t", rows=[["x"]])))["id"])
        assert (job["state"], job["attemptsMade"], job["error"]["code"]) == ("dead", 1, "invalid-payload")

    stack.play(scene)


def test_never_completes_a_job_of_an_unknown_name(stack: Stack) -> None:
    async def scene(client: Client) -> None:
        with pytest.raises(ApiError, match="unknown-job"):
            await client.submit("no.such-job", {})
        async with serving(stack.worker(print, "another")):
            job = await client.wait((await client.submit("report.render", Report("t")))["id"])
        assert (job["state"], job["error"]["code"]) == ("dead", "unknown-job")

    stack.play(scene)


def test_finishes_what_it_holds_on_sigterm_and_takes_nothing_more(stack: Stack) -> None:
    async def scene(client: Client) -> None:
        started, go_on = asyncio.Event(), asyncio.Event()

        async def render(report: Report, job: Job) -> Document:
            started.set()
            await go_on.wait()
            return Document(report.title, 0)

        # One that had a second slot would be asking for another job when the signal comes.
        async with serving(stack.worker(render, slots=1)) as ending:
            held = (await client.submit("report.render", Report("held")))["id"]
            await started.wait()
            os.kill(os.getpid(), signal.SIGTERM)
            later = (await client.submit("report.render", Report("later")))["id"]
            assert not ending.done()
            go_on.set()
            await ending
        job = await client.get(held)
        assert (job["state"], job["attemptsMade"]) == ("completed", 1)
        assert (await client.get(later))["state"] == "waiting"
        await client.cancel(later)

    stack.play(scene)


def test_hands_back_what_does_not_end_in_its_grace(stack: Stack) -> None:
    async def scene(client: Client) -> None:
        started = asyncio.Event()

        async def hang(report: Report, job: Job) -> None:
            started.set()
            await asyncio.Event().wait()

        async def render(report: Report, job: Job) -> Document:
            return Document(report.title, 0)

        async with serving(stack.worker(hang, grace=0.1)):
            job_id = (await client.submit("report.render", Report("t")))["id"]
            await started.wait()
        await until_state(client, job_id, "waiting")
        async with serving(stack.worker(render)):
            job = await client.wait(job_id)
        assert (job["state"], job["attemptsMade"]) == ("completed", 1)

    stack.play(scene)
