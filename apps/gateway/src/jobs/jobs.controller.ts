import { JOB_DEFINITIONS } from '@dts/jobs';
import { FINAL_STATES, JobClient, type JobRecord, JobWatcher, jobNotFound } from '@dts/queue';
import { Draining } from '@dts/runtime';
import { Body, Controller, Delete, Get, Headers, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audit } from '../audit/audit.js';
import { GATEWAY_ENV, type GatewayEnv } from '../env.js';
import { callerOf, NeedsScope } from '../http/authenticate.js';
import { ref } from '../http/components.js';
import { ApiId } from '../http/id.js';
import { ApiProblems } from '../http/openapi.js';
import { parseQuery } from '../http/query.js';
import { changeableBy, visibleTo } from '../http/tenant.js';
import { type JobView, jobView, toJobView } from './job.view.js';
import { jobQuery, LONGEST_WAIT_S } from './jobs-query.js';
import { SubmissionMetrics } from './submission-metrics.js';
import { checkIdempotencyKey, IDEMPOTENCY_KEY, parseSubmit, submitInput } from './submit.schema.js';

const SUBMIT = `Answers 201 once the job is on disk, and on Redis's replicas where the gateway is set to \`replicated\`; where it is set
to \`fast\`, the header \`Durability: fast\` says that a power cut may take the last second. After a 503 the job may or may not
be stored: repeat the request with the same Idempotency-Key, which is safe.`;

const EXAMPLES = Object.fromEntries(
  JOB_DEFINITIONS.map(({ name, description, example }) => [name, { summary: description, value: { name, payload: example } }]),
);

@ApiTags('jobs')
@Controller('v1/jobs')
export class JobsController {
  constructor(
    @Inject(GATEWAY_ENV) private readonly env: GatewayEnv,
    private readonly jobs: JobClient,
    private readonly watcher: JobWatcher,
    private readonly draining: Draining,
    private readonly metrics: SubmissionMetrics,
    private readonly audit: Audit,
  ) {}

  @Post()
  @NeedsScope('jobs:submit')
  @ApiOperation({ operationId: 'submitJob', summary: 'Submit a job', description: SUBMIT })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Makes a repeated submission safe for 24 hours',
    schema: IDEMPOTENCY_KEY,
  })
  @ApiBody({ schema: ref(submitInput), examples: EXAMPLES })
  @ApiCreatedResponse({
    schema: ref(jobView),
    description: 'The job is stored durably',
    headers: { Location: { schema: { type: 'string' } } },
  })
  @ApiOkResponse({
    schema: ref(jobView),
    description: 'The key was used before with the same body: the job it stands for',
    headers: { 'Idempotent-Replayed': { schema: { type: 'string', enum: ['true'] } } },
  })
  @ApiProblems(400, 401, 403, 404, 409, 413, 415, 422, 429, 503)
  async submit(
    @Body() body: unknown,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobView> {
    const { tenant } = callerOf(request);
    return this.metrics.measure(body, tenant, async () => {
      checkIdempotencyKey(idempotencyKey);
      const from = { tenant, idempotencyKey, requestId: request.id };
      const { outcome, job } = await this.jobs.submit({ ...parseSubmit(body), ...from });
      if (this.env.DURABILITY === 'fast') reply.header('durability', 'fast');
      if (outcome === 'created') reply.status(201).header('location', `/v1/jobs/${job.id}`);
      else reply.status(200).header('idempotent-replayed', 'true');
      return { outcome, value: toJobView(job) };
    });
  }

  @Get(':id')
  @NeedsScope('jobs:read')
  @ApiOperation({
    operationId: 'getJob',
    summary: 'Read a job',
    description: 'With `wait`, answers as soon as the job has finished, or when the time is up.',
  })
  @ApiId()
  @ApiQuery({
    name: 'wait',
    required: false,
    description: 'Seconds to wait for the end',
    schema: { type: 'integer', minimum: 0, maximum: LONGEST_WAIT_S },
  })
  @ApiOkResponse({ schema: ref(jobView) })
  @ApiProblems(401, 403, 404, 422, 503)
  async get(@Param('id') id: string, @Req() request: FastifyRequest): Promise<JobView> {
    const waitMs = parseQuery(jobQuery, request.query).wait * 1_000;
    const job = visibleTo(callerOf(request), await this.jobs.get(id), jobNotFound);
    if (waitMs === 0 || FINAL_STATES.has(job.state)) return toJobView(job);
    return toJobView(await this.waitFor(id, waitMs, request));
  }

  @Delete(':id')
  @NeedsScope('jobs:cancel')
  @ApiOperation({
    operationId: 'cancelJob',
    summary: 'Cancel a job',
    description: 'One that has not started never does; one that runs is told to stop and is `active` until it has. Repeating is fine.',
  })
  @ApiId()
  @ApiOkResponse({ schema: ref(jobView) })
  @ApiProblems(401, 403, 404, 409, 503)
  async cancel(@Param('id') id: string, @Req() request: FastifyRequest): Promise<JobView> {
    const { tenant, queue } = changeableBy(callerOf(request), await this.jobs.get(id), jobNotFound);
    const change = { action: 'job.cancel', target: id, details: { queue } };
    return toJobView(await this.audit.changeOf(tenant, request, change, () => this.jobs.cancel(id)));
  }

  private async waitFor(id: string, waitMs: number, request: FastifyRequest): Promise<JobRecord> {
    const gone = new AbortController();
    const leave = () => gone.abort();
    request.raw.socket.once('close', leave);
    try {
      return await this.watcher.waitUntilFinished(id, AbortSignal.any([AbortSignal.timeout(waitMs), this.draining.signal, gone.signal]));
    } finally {
      request.raw.socket.off('close', leave);
    }
  }
}
