import { JobClient, type Leases } from '@dts/queue';
import { applyDecorators, Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { callerOf, NeedsScope, requireScope } from '../http/authenticate.js';
import { ref } from '../http/components.js';
import { ApiProblems } from '../http/openapi.js';
import { parseQuery } from '../http/query.js';
import { verb } from '../http/verb.js';
import { type JobView, jobView, toJobView } from '../jobs/job.view.js';
import { withinTrace } from './attempt-span.js';
import { CHILD_EXAMPLES, childInput, parseChild } from './child.schema.js';
import { childrenQuery, INPUTS, MAX_RESULT_BODY, parseBody, toLeaseFailure } from './lease.schema.js';
import { beatView, childrenView, settledView, takenView, toBeatView, toSettledView } from './lease.view.js';
import { LeaseRunner } from './lease-runner.js';

const FENCE = `The token is a fence: late or repeated calls get 409 \`lease-lost\`, and change nothing. After a 503, repeat; when that gets 409,
the first call has taken effect, or the lease has ended: either way nothing is left to do.`;

const COMPLETE = `${FENCE}

A result that cannot be kept, as it does not fit the job type or has more than 256 KiB, ends the job: \`outcome\` is \`dead\`.`;

const FAIL = `${FENCE}

Whether there is another attempt, and when, is told. An attempt that was told to stop has ended because of that, whatever its error says.`;

const SUBMIT = `A job of the tenant whose job the worker runs. For 24 hours the same \`key\` makes the same job, however often the parent runs. The key
needs the scope \`jobs:submit\` as well.`;

const ApiLeaseToken = () =>
  applyDecorators(ApiParam({ name: 'leaseToken', schema: { type: 'string', pattern: '^[a-z-]+_[0-9a-z]{26}\\.[0-9a-z]{26}$' } }));
const on = (name: string) => verb(name, 'leaseToken');

/** What a worker does with one lease. */
@ApiTags('leases')
@Controller('v1/leases')
export class LeaseController {
  private readonly leases: Leases;

  constructor(
    private readonly jobs: JobClient,
    runner: LeaseRunner,
  ) {
    this.leases = runner.leases;
  }

  @Post(on('heartbeat'))
  @HttpCode(200)
  @NeedsScope('workers:lease')
  @ApiOperation({
    operationId: 'heartbeatLease',
    summary: 'Keep one lease',
    description: 'As `POST /v1/leases:heartbeat`, which serves a worker of several jobs better, and keeps it in the list of workers.',
  })
  @ApiLeaseToken()
  @ApiOkResponse({ schema: ref(beatView) })
  @ApiProblems(401, 403, 409, 503)
  async heartbeat(@Param('leaseToken') token: string): Promise<object> {
    const { beat, draining } = await this.leases.beatOne(token);
    const view = toBeatView(beat);
    return draining && view.directive === 'continue' ? { ...view, directive: 'drain' } : view;
  }

  @Post(on('progress'))
  @HttpCode(200)
  @NeedsScope('workers:lease')
  @ApiOperation({ operationId: 'reportProgress', summary: 'Tell how far the job is', description: FENCE })
  @ApiLeaseToken()
  @ApiBody({ schema: ref(INPUTS.progressInput) })
  @ApiOkResponse({ schema: ref(takenView) })
  @ApiProblems(400, 401, 403, 409, 413, 415, 503)
  async progress(@Param('leaseToken') token: string, @Body() body: unknown) {
    await this.leases.progress(token, parseBody(INPUTS.progressInput, body).progress);
    return {};
  }

  @Post(on('log'))
  @HttpCode(200)
  @NeedsScope('workers:lease', { bodyLimit: MAX_RESULT_BODY })
  @ApiOperation({ operationId: 'appendLog', summary: "Append to the job's log", description: FENCE })
  @ApiLeaseToken()
  @ApiBody({ schema: ref(INPUTS.logInput) })
  @ApiOkResponse({ schema: ref(takenView) })
  @ApiProblems(400, 401, 403, 409, 413, 415, 503)
  async log(@Param('leaseToken') token: string, @Body() body: unknown) {
    await this.leases.log(token, parseBody(INPUTS.logInput, body).lines);
    return {};
  }

  @Post(on('complete'))
  @HttpCode(200)
  @NeedsScope('workers:lease', { bodyLimit: MAX_RESULT_BODY })
  @ApiOperation({ operationId: 'completeLease', summary: 'Report the result', description: COMPLETE })
  @ApiLeaseToken()
  @ApiBody({ schema: ref(INPUTS.completeInput) })
  @ApiOkResponse({ schema: ref(settledView) })
  @ApiProblems(400, 401, 403, 409, 413, 415, 503)
  async complete(@Param('leaseToken') token: string, @Body() body: unknown) {
    return toSettledView(await this.leases.complete(token, parseBody(INPUTS.completeInput, body).result));
  }

  @Post(on('fail'))
  @HttpCode(200)
  @NeedsScope('workers:lease')
  @ApiOperation({ operationId: 'failLease', summary: 'Report that the attempt failed', description: FAIL })
  @ApiLeaseToken()
  @ApiBody({ schema: ref(INPUTS.failInput) })
  @ApiOkResponse({ schema: ref(settledView) })
  @ApiProblems(400, 401, 403, 409, 413, 415, 503)
  async fail(@Param('leaseToken') token: string, @Body() body: unknown) {
    return toSettledView(await this.leases.fail(token, toLeaseFailure(parseBody(INPUTS.failInput, body))));
  }

  @Post(on('release'))
  @HttpCode(200)
  @NeedsScope('workers:lease')
  @ApiOperation({
    operationId: 'releaseLease',
    summary: 'Give the job back',
    description: `For a worker that stops: another starts the job at once, and no attempt is used up. ${FENCE}`,
  })
  @ApiLeaseToken()
  @ApiOkResponse({ schema: ref(settledView) })
  @ApiProblems(401, 403, 409, 503)
  async release(@Param('leaseToken') token: string) {
    return toSettledView(await this.leases.release(token));
  }

  @Get(':leaseToken/children')
  @NeedsScope('workers:lease')
  @ApiOperation({
    operationId: 'listLeaseChildren',
    summary: "Read what became of a flow parent's children",
    description: 'In the order in which they were submitted, but for those that failed and were to be removed; 50 at a time.',
  })
  @ApiLeaseToken()
  @ApiQuery({
    name: 'from',
    required: false,
    description: '`next` of the part before',
    schema: { type: 'integer', minimum: 0, maximum: 9_999 },
  })
  @ApiOkResponse({ schema: ref(childrenView) })
  @ApiProblems(401, 403, 409, 503)
  async children(@Param('leaseToken') token: string, @Query() query: unknown) {
    return this.leases.childrenOf(token, parseQuery(childrenQuery, query).from);
  }

  @Post(on('submit'))
  @HttpCode(200)
  @NeedsScope('workers:lease')
  @ApiOperation({ operationId: 'submitChild', summary: 'Submit another job', description: SUBMIT })
  @ApiLeaseToken()
  @ApiBody({ schema: ref(childInput), examples: CHILD_EXAMPLES })
  @ApiOkResponse({ schema: ref(jobView), description: 'The job is stored durably' })
  @ApiProblems(400, 401, 403, 404, 409, 413, 415, 503)
  async submit(@Param('leaseToken') token: string, @Body() body: unknown, @Req() request: FastifyRequest): Promise<JobView> {
    requireScope(callerOf(request), 'jobs:submit');
    const { key, ...job } = parseChild(body);
    const { tenant, jobId, trace } = await this.leases.ownerOf(token);
    // No caller's key is the same: a line break cannot be sent in a header.
    const idempotencyKey = `${jobId}\n${key}`;
    const { job: child } = await withinTrace(trace, () => this.jobs.submit({ ...job, tenant, idempotencyKey }));
    return toJobView(child);
  }
}
