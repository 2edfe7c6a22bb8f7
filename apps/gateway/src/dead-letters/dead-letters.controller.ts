import { QUEUE_NAMES } from '@dts/jobs';
import { DeadLetters, type OperationKind, Operations } from '@dts/queue';
import { applyDecorators, Body, Controller, Get, Headers, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiHeader, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Audit } from '../audit/audit.js';
import { callerOf, NeedsScope } from '../http/authenticate.js';
import { ref } from '../http/components.js';
import { ApiProblems } from '../http/openapi.js';
import { ApiPage, Pages } from '../http/pages.js';
import { parseQuery } from '../http/query.js';
import { ApiTenant, changedTenant, listedTenant } from '../http/tenant.js';
import { toJobView } from '../jobs/job.view.js';
import { checkIdempotencyKey, IDEMPOTENCY_KEY } from '../jobs/submit.schema.js';
import { operationView, toOperationView } from '../operations/operation.view.js';
import {
  deadLetterList,
  deadLetterPosition,
  deadLettersQuery,
  parseBody,
  previewView,
  purgeInput,
  redriveInput,
  toFilter,
} from './dead-letter.schema.js';

const LIST = `Jobs that are \`dead\`, those that died last first. They are kept until they are retried, redriven or purged. A request looks
at 500 jobs at most, so a page may be short, or empty, and not be the last.`;

const REDRIVE = `Lets dead jobs start anew, those that died first first, with their ids and all their attempts. It goes on by itself,
whatever becomes of the gateway that was asked: follow the operation. A job that dies again meanwhile is not redriven again.`;

const PURGE = `Removes dead jobs for good, with their payloads, history and log lines; their Idempotency-Keys are remembered still.
It goes on by itself, as a redrive does. Look at a \`dryRun\` first.`;

const FILTER = { name: 'http.request', reason: 'http-status', since: '2026-11-25T08:00:00Z' };
const REDRIVES = {
  gently: { summary: 'Those that failed in an outage, not all at once', value: { filter: FILTER, ratePerSecond: 50 } },
  dryRun: { summary: 'How many would it be?', value: { filter: FILTER, dryRun: true } },
  all: { value: { filter: {} } },
};
const PURGES = {
  old: { value: { filter: { until: '2026-10-01T00:00:00Z' } } },
  dryRun: { summary: 'How many would it be?', value: { filter: { tag: 'import-7' }, dryRun: true } },
};

/** What both have in common. */
const ApiStart = () =>
  applyDecorators(
    HttpCode(202),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'Makes repeating safe until a week after its end: it answers the same operation',
      schema: IDEMPOTENCY_KEY,
    }),
    ApiAcceptedResponse({
      schema: ref(operationView),
      description: 'It is stored durably and will be carried out',
      headers: { Location: { schema: { type: 'string' } } },
    }),
    ApiOkResponse({ schema: ref(previewView), description: 'With `dryRun`' }),
    ApiProblems(400, 401, 403, 409, 413, 415, 422, 429, 503),
  );

const ApiFilter = (name: string, description: string, schema: object = { type: 'string' }) =>
  ApiQuery({ name, required: false, description, schema });

interface Wish extends z.output<typeof redriveInput> {
  readonly kind: OperationKind;
  readonly idempotencyKey: string | undefined;
}

@ApiTags('dead-letters')
@Controller('v1')
export class DeadLettersController {
  constructor(
    private readonly deadLetters: DeadLetters,
    private readonly operations: Operations,
    private readonly pages: Pages,
    private readonly audit: Audit,
  ) {}

  @Get('dead-letters')
  @NeedsScope('jobs:read')
  @ApiOperation({ operationId: 'listDeadLetters', summary: 'List jobs that have failed for good', description: LIST })
  @ApiFilter('queue', 'The queue', { type: 'string', enum: [...QUEUE_NAMES] })
  @ApiFilter('name', 'The job type')
  @ApiFilter('reason', 'The code of the error that the job died of')
  @ApiFilter('tag', 'One of its tags')
  @ApiFilter('since', 'Died then or later', { type: 'string', format: 'date-time' })
  @ApiFilter('until', 'Died before', { type: 'string', format: 'date-time' })
  @ApiTenant()
  @ApiPage()
  @ApiOkResponse({ schema: ref(deadLetterList) })
  @ApiProblems(401, 403, 422, 503)
  async list(@Req() request: FastifyRequest) {
    const { limit, cursor, ...filters } = parseQuery(deadLettersQuery, request.query);
    const filter = toFilter(filters, listedTenant(callerOf(request), filters.tenant));
    return this.pages.page(
      { limit, cursor },
      {
        of: ['dead-letters', filter],
        position: deadLetterPosition,
        read: async (count, after) => {
          const { items, next } = await this.deadLetters.list(filter, count, after);
          return { items: items.map(toJobView), next };
        },
      },
    );
  }

  /** The router takes a colon for the beginning of a parameter unless it is doubled. */
  @Post('dead-letters::redrive')
  @NeedsScope('jobs:submit')
  @ApiOperation({ operationId: 'redriveDeadLetters', summary: 'Let dead jobs start anew', description: REDRIVE })
  @ApiBody({ schema: ref(redriveInput), examples: REDRIVES })
  @ApiStart()
  redrive(
    @Body() body: unknown,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.start({ kind: 'redrive', idempotencyKey, ...parseBody(redriveInput, body) }, request, reply);
  }

  @Post('dead-letters::purge')
  @NeedsScope('jobs:cancel')
  @ApiOperation({ operationId: 'purgeDeadLetters', summary: 'Remove dead jobs for good', description: PURGE })
  @ApiBody({ schema: ref(purgeInput), examples: PURGES })
  @ApiStart()
  purge(
    @Body() body: unknown,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.start({ kind: 'purge', idempotencyKey, ...parseBody(purgeInput, body) }, request, reply);
  }

  private async start(wish: Wish, request: FastifyRequest, reply: FastifyReply) {
    const { kind, limit, ratePerSecond, dryRun, idempotencyKey } = wish;
    checkIdempotencyKey(idempotencyKey);
    const caller = callerOf(request);
    const filter = toFilter(wish.filter, changedTenant(caller, wish.filter.tenant));
    if (dryRun) {
      reply.status(200);
      const { sample, ...preview } = await this.deadLetters.preview(filter, limit);
      return { dryRun, ...preview, sample: sample.map(toJobView) };
    }
    const spec = { kind, filter, limit: limit ?? null, ratePerSecond: ratePerSecond ?? null, tenant: caller.tenant, createdBy: caller.id };
    const change = { action: `dead-letters.${kind}`, target: filter.tenant ?? '*', details: { filter, limit, ratePerSecond } };
    const { outcome, operation } = await this.audit.change(request, change, () => this.operations.start(spec, idempotencyKey));
    reply.header('location', `/v1/operations/${operation.id}`);
    if (outcome === 'replayed') reply.header('idempotent-replayed', 'true');
    return toOperationView(operation);
  }
}
