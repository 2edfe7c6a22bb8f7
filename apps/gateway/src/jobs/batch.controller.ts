import { JOB_DEFINITIONS } from '@dts/jobs';
import { JobClient, type Outcome, QueueError, type Submission } from '@dts/queue';
import { LOGGER, type Logger } from '@dts/runtime';
import { Body, Controller, Headers, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GATEWAY_ENV, type GatewayEnv } from '../env.js';
import { callerOf, NeedsScope } from '../http/authenticate.js';
import { ref } from '../http/components.js';
import { ApiProblems } from '../http/openapi.js';
import { Problem, toProblemBody } from '../http/problem.js';
import { PROBLEMS } from '../http/problem-catalogue.js';
import { RateLimits } from '../http/rate-limit/rate-limits.js';
import { toProblem } from '../http/to-problem.js';
import { type BatchView, batchInput, batchView, MAX_BATCH_BYTES, parseBatch, parseBatchItem } from './batch.schema.js';
import { toJobView } from './job.view.js';
import { SubmissionMetrics } from './submission-metrics.js';

const BATCH = `Up to 1,000 jobs, each with its own \`idempotencyKey\`. The results come in the order of the jobs, each with the status that
the job alone would have been answered: 201 or 200 with the job, anything else with a problem, whose pointers begin at the
job. One bad job does not sink the others. Repeat those with 429 or 503 with the same keys, which is safe.
Where requests are limited, a batch counts as its jobs.`;

const EXAMPLE = {
  jobs: JOB_DEFINITIONS.map(({ name, example }, index) => ({ name, payload: example, idempotencyKey: `order-1042-${index + 1}` })),
};

/** A job of a batch on its way: what was read of it, and in the end what became of it. */
type Result = Outcome | Problem;

/** Who sent a batch, and by which request. */
type Origin = Pick<Submission, 'tenant' | 'requestId'>;

@ApiTags('jobs')
@Controller('v1')
export class BatchController {
  constructor(
    @Inject(GATEWAY_ENV) private readonly env: GatewayEnv,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly jobs: JobClient,
    private readonly metrics: SubmissionMetrics,
    private readonly rates: RateLimits,
  ) {}

  /** The router takes a colon for the beginning of a parameter unless it is doubled. */
  @Post('jobs::batch')
  @HttpCode(200)
  @NeedsScope('jobs:submit', { bodyLimit: MAX_BATCH_BYTES })
  @ApiOperation({ operationId: 'submitBatch', summary: 'Submit many jobs', description: BATCH })
  @ApiBody({ schema: ref(batchInput), examples: { mixed: { summary: 'One of each job type', value: EXAMPLE } } })
  @ApiOkResponse({ schema: ref(batchView), description: 'What became of each job' })
  @ApiProblems(400, 401, 403, 413, 415, 422)
  async submit(
    @Body() body: unknown,
    @Headers('idempotency-key') headerKey: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BatchView> {
    const startedAt = performance.now();
    if (headerKey !== undefined)
      throw new Problem('invalid-idempotency-key', 'A batch takes no such header: give each job its own idempotencyKey.');
    const items = parseBatch(body);
    const caller = callerOf(request);
    this.rates.charge(caller, items.length - 1, reply);
    const results = await this.submitAll(items, { tenant: caller.tenant, requestId: request.id });
    for (const [index, result] of results.entries()) this.metrics.observe(items[index], caller.tenant, answerOf(result), startedAt);
    this.logFailures(results, request.id);
    if (this.env.DURABILITY === 'fast') reply.header('durability', 'fast');
    return { results: results.map((result) => toResultView(result, request.id)) };
  }

  private async submitAll(items: readonly unknown[], from: Origin): Promise<Result[]> {
    const read = items.map((item) => readItem(item, from));
    const outcomes = await this.jobs.submitMany(read.filter((entry): entry is Submission => !(entry instanceof Problem)));
    let next = 0;
    return read.map((entry) => (entry instanceof Problem ? entry : (outcomes[next++] as Outcome)));
  }

  /** One line, however many they are: what stands behind them is mostly the same. */
  private logFailures(results: readonly Result[], requestId: string): void {
    const failed = results.filter((result): result is QueueError => result instanceof QueueError && result.cause !== undefined);
    const [first] = failed;
    if (first) this.logger.warn({ err: first.cause, requestId, jobId: first.jobId, jobs: failed.length }, first.message);
  }
}

function readItem(item: unknown, from: Origin): Submission | Problem {
  try {
    return { ...parseBatchItem(item, from.tenant), ...from };
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

function answerOf(result: Result) {
  return result instanceof Error ? toItemProblem(result).code : result.outcome;
}

function toResultView(result: Result, requestId: string): BatchView['results'][number] {
  if (!(result instanceof Error)) return { status: result.outcome === 'created' ? 201 : 200, job: toJobView(result.job) };
  const problem = toItemProblem(result);
  return { status: PROBLEMS[problem.code].status, problem: toProblemBody(problem, requestId) };
}

function toItemProblem(error: QueueError | Problem): Problem {
  return toProblem(error) ?? new Problem('internal-error', 'The job was not handled. Report the requestId to the operators.');
}
