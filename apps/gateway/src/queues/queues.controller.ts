import { QUEUE_NAMES, type QueueName } from '@dts/jobs';
import { QueueControl, QueueOverview } from '@dts/queue';
import { applyDecorators, Body, Controller, Get, HttpCode, Param, Post, Put, Query, Req } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Audit, type Change } from '../audit/audit.js';
import { NeedsScope } from '../http/authenticate.js';
import { ref } from '../http/components.js';
import { ApiProblems } from '../http/openapi.js';
import { ApiPage, Pages, pageQuery, partOf } from '../http/pages.js';
import { parseQuery } from '../http/query.js';
import { verb } from '../http/verb.js';
import { limitsInput, parseLimits, parseQueueName } from './queue.schema.js';
import { type QueueView, queueList, queueView, toQueueView } from './queue.view.js';

const STATISTICS = `Rates and percentiles are of the last five minutes (300 to 310 seconds) and of all gateways and workers, which tell
what they count every two seconds. The percentiles are within 2 % of the true ones. A process that dies takes at most two
seconds of counts with it, and no job.`;

const LIMITS = `Replaces both limits; \`null\` takes one away. They hold for all workers together, from their next fetch on: what
runs runs on. Starts are counted in windows of \`per\` milliseconds, the first of which begins with a job; a changed rate begins anew.`;

const EXAMPLES = {
  gently: { summary: 'At most 5 at once and 100 a minute', value: { concurrency: 5, rate: { max: 100, per: 60_000 } } },
  none: { summary: 'As fast as the workers can', value: { concurrency: null, rate: null } },
};

const ApiName = () => applyDecorators(ApiParam({ name: 'name', schema: { type: 'string', enum: QUEUE_NAMES } }));

@ApiTags('operations')
@Controller('v1/queues')
export class QueuesController {
  constructor(
    private readonly overview: QueueOverview,
    private readonly control: QueueControl,
    private readonly audit: Audit,
    private readonly pages: Pages,
  ) {}

  @Get()
  @NeedsScope('ops:read')
  @ApiOperation({ operationId: 'listQueues', summary: 'List the queues: how full, how fast, how limited', description: STATISTICS })
  @ApiPage()
  @ApiOkResponse({ schema: ref(queueList) })
  @ApiProblems(401, 403, 422, 503)
  list(@Query() query: unknown) {
    return this.pages.page(parseQuery(z.strictObject(pageQuery), query), {
      of: ['queues'],
      position: z.string(),
      read: async (limit, after) => partOf((await this.overview.list()).map(toQueueView), ({ name }) => name, limit, after),
    });
  }

  @Get(':name')
  @NeedsScope('ops:read')
  @ApiOperation({ operationId: 'getQueue', summary: 'Read a queue', description: STATISTICS })
  @ApiName()
  @ApiOkResponse({ schema: ref(queueView) })
  @ApiProblems(401, 403, 404, 503)
  get(@Param('name') name: string): Promise<QueueView> {
    return this.read(parseQueueName(name));
  }

  @Post(verb('pause', 'name'))
  @HttpCode(200)
  @NeedsScope('ops:write')
  @ApiOperation({
    operationId: 'pauseQueue',
    summary: 'Pause a queue',
    description: 'Nothing of it starts until it is resumed; what runs runs on. Jobs are taken in as before. Repeating is fine.',
  })
  @ApiName()
  @ApiOkResponse({ schema: ref(queueView) })
  @ApiProblems(401, 403, 404, 503)
  pause(@Param('name') name: string, @Req() request: FastifyRequest): Promise<QueueView> {
    const queue = parseQueueName(name);
    return this.change(request, queue, { action: 'queue.pause', target: queue }, () => this.control.pause(queue));
  }

  @Post(verb('resume', 'name'))
  @HttpCode(200)
  @NeedsScope('ops:write')
  @ApiOperation({ operationId: 'resumeQueue', summary: 'Resume a queue', description: 'Repeating is fine.' })
  @ApiName()
  @ApiOkResponse({ schema: ref(queueView) })
  @ApiProblems(401, 403, 404, 503)
  resume(@Param('name') name: string, @Req() request: FastifyRequest): Promise<QueueView> {
    const queue = parseQueueName(name);
    return this.change(request, queue, { action: 'queue.resume', target: queue }, () => this.control.resume(queue));
  }

  @Put(':name/limits')
  @NeedsScope('ops:write')
  @ApiOperation({ operationId: 'putQueueLimits', summary: 'Limit a queue', description: LIMITS })
  @ApiName()
  @ApiBody({ schema: ref(limitsInput), examples: EXAMPLES })
  @ApiOkResponse({ schema: ref(queueView) })
  @ApiProblems(400, 401, 403, 404, 413, 415, 422, 503)
  limit(@Param('name') name: string, @Body() body: unknown, @Req() request: FastifyRequest): Promise<QueueView> {
    const queue = parseQueueName(name);
    const limits = parseLimits(body);
    return this.change(request, queue, { action: 'queue.limit', target: queue, details: { limits } }, () =>
      this.control.setLimits(queue, limits),
    );
  }

  private async change(request: FastifyRequest, queue: QueueName, change: Change, make: () => Promise<void>): Promise<QueueView> {
    await this.audit.change(request, change, make);
    return this.read(queue);
  }

  private async read(queue: QueueName): Promise<QueueView> {
    return toQueueView(await this.overview.get(queue));
  }
}
