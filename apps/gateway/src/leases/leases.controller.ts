import type { LeasedQueueName } from '@dts/jobs';
import type { Leases, Settled } from '@dts/queue';
import type { ApiKey } from '@dts/runtime';
import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { GATEWAY_ENV, type GatewayEnv } from '../env.js';
import { callerOf, NeedsScope } from '../http/authenticate.js';
import { ref } from '../http/components.js';
import { ApiProblems } from '../http/openapi.js';
import { Problem, toProblemBody } from '../http/problem.js';
import { PROBLEMS } from '../http/problem-catalogue.js';
import { RateLimits } from '../http/rate-limit/rate-limits.js';
import { toProblem } from '../http/to-problem.js';
import { INPUTS, MAX_RESULTS_BODY, parseBody, toLeaseWorker } from './lease.schema.js';
import { beatsView, givenView, settledManyView, toBeatView, toLeaseView, toSettledView } from './lease.view.js';
import { LeaseRunner } from './lease-runner.js';

const LEASE = `Jobs of queues that are handled elsewhere, for a worker that is to run them. With \`wait\`, answers as soon as there is one; those
who wait longest come first. Each job is the worker's until \`leaseExpiresAt\`, and longer with each heartbeat. A lease that is not
extended is taken back, as from a worker that has crashed: another gets the job, and no attempt is used up.

What may not start any more (its \`startBy\` is over, its payload does not fit) is ended here, and not leased.`;

const HEARTBEAT = `Extends leases, and tells the registry of workers how busy the worker is. \`cancel\`: stop, and report the attempt as failed; a
worker that goes on is not waited for, and has lost the lease at the next heartbeat.`;

const COMPLETE = `Ends many attempts at once. The results come in the order of the leases, each with the status that it alone would have been
answered. Where requests are limited, they count as so many.`;

/** What a worker does for many jobs at once. */
@ApiTags('leases')
@Controller('v1')
export class LeasesController {
  private readonly leases: Leases;

  constructor(
    @Inject(GATEWAY_ENV) private readonly env: GatewayEnv,
    private readonly rates: RateLimits,
    runner: LeaseRunner,
  ) {
    this.leases = runner.leases;
  }

  @Post('leases')
  @HttpCode(200)
  @NeedsScope('workers:lease')
  @ApiOperation({ operationId: 'leaseJobs', summary: 'Take jobs to run', description: LEASE })
  @ApiBody({ schema: ref(INPUTS.askInput) })
  @ApiOkResponse({ schema: ref(givenView), description: 'No jobs when there was none in time, or when the worker is to drain' })
  @ApiProblems(400, 401, 403, 413, 415, 422, 503)
  async lease(@Body() body: unknown, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const key = callerOf(request);
    const { queues, max, wait, worker } = parseBody(INPUTS.askInput, body);
    checkQueues(key, queues);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const given = await this.leases.ask({
      worker: toLeaseWorker(worker, key.id),
      queues: [...new Set(queues)],
      max,
      waitMs: wait * 1_000,
      gone: gone.signal,
    });
    // An answer that nobody reads: its jobs go back at once, rather than when their leases end.
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) void this.leases.takeBack(given.leases);
    });
    return {
      directive: given.draining ? 'drain' : 'continue',
      leases: given.leases.map((lease) => toLeaseView(lease, this.env.LEASE_DURATION)),
    };
  }

  /** The router takes a colon for the beginning of a parameter unless it is doubled. */
  @Post('leases::heartbeat')
  @HttpCode(200)
  @NeedsScope('workers:lease')
  @ApiOperation({ operationId: 'heartbeatLeases', summary: 'Keep leases', description: HEARTBEAT })
  @ApiBody({ schema: ref(INPUTS.beatInput) })
  @ApiOkResponse({ schema: ref(beatsView), description: 'In the order of the leases' })
  @ApiProblems(400, 401, 403, 413, 415, 422, 503)
  async heartbeat(@Body() body: unknown, @Req() request: FastifyRequest): Promise<z.output<typeof beatsView>> {
    const key = callerOf(request);
    const { worker, queues, leaseTokens } = parseBody(INPUTS.beatInput, body);
    checkQueues(key, queues);
    const [draining, beats] = await Promise.all([
      this.leases.heard(toLeaseWorker(worker, key.id), [...new Set(queues)]),
      this.leases.beat(leaseTokens),
    ]);
    return {
      directive: draining ? 'drain' : 'continue',
      leases: beats.map((beat, index) => ({ leaseToken: leaseTokens[index] ?? '', ...toBeatView(beat) })),
    };
  }

  @Post('leases::complete')
  @HttpCode(200)
  @NeedsScope('workers:lease', { bodyLimit: MAX_RESULTS_BODY })
  @ApiOperation({ operationId: 'completeLeases', summary: 'Report many results', description: COMPLETE })
  @ApiBody({ schema: ref(INPUTS.completeManyInput) })
  @ApiOkResponse({ schema: ref(settledManyView), description: 'In the order of the leases' })
  @ApiProblems(400, 401, 403, 413, 415, 422)
  async complete(@Body() body: unknown, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const { leases } = parseBody(INPUTS.completeManyInput, body);
    this.rates.charge(callerOf(request), leases.length - 1, reply);
    const results = await Promise.allSettled(leases.map(({ leaseToken, result }) => this.leases.complete(leaseToken, result)));
    return { results: results.map((result) => toResultView(result, request.id)) };
  }
}

/** @throws Problem `missing-scope` for a queue that the key is not for */
function checkQueues({ id, queues: allowed }: ApiKey, queues: readonly LeasedQueueName[]): void {
  const other = queues.find((queue) => allowed && !allowed.includes(queue));
  if (other !== undefined) throw new Problem('missing-scope', `The key "${id}" is for ${allowed?.join(', ')}, and not for ${other}.`);
}

function toResultView(result: PromiseSettledResult<Settled>, requestId: string) {
  if (result.status === 'fulfilled') return { status: 200, ...toSettledView(result.value) };
  const problem =
    toProblem(result.reason) ?? new Problem('internal-error', 'The result was not handled. Report the requestId to the operators.');
  return { status: PROBLEMS[problem.code].status, problem: toProblemBody(problem, requestId) };
}
