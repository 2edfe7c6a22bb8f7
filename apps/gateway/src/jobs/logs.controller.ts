import { JobClient, jobNotFound } from '@dts/queue';
import { Controller, Get, Param, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callerOf, NeedsScope } from '../http/authenticate.js';
import { component, ref } from '../http/components.js';
import { ApiId } from '../http/id.js';
import { ApiProblems } from '../http/openapi.js';
import { ApiPage, Pages, pageOf } from '../http/pages.js';
import { parseQuery } from '../http/query.js';
import { visibleTo } from '../http/tenant.js';
import { logsPosition, logsQuery } from './jobs-query.js';

const LOGS = `What the handler has written, oldest first, of all attempts; the last 1,000 lines are kept. A line keeps its number, so a
log that begins with another one than 0 has lost those before. \`nextCursor: null\` means that there is no more so far.`;

const logList = pageOf('LogLineList', component('LogLine', z.object({ line: z.int().min(0), text: z.string() })));

@ApiTags('jobs')
@Controller('v1/jobs')
export class LogsController {
  constructor(
    private readonly jobs: JobClient,
    private readonly pages: Pages,
  ) {}

  @Get(':id/logs')
  @NeedsScope('jobs:read')
  @ApiOperation({ operationId: 'listJobLogs', summary: "Read a job's log", description: LOGS })
  @ApiId()
  @ApiPage()
  @ApiOkResponse({ schema: ref(logList), example: { items: [{ line: 0, text: 'fetched 48213 bytes' }], nextCursor: null } })
  @ApiProblems(401, 403, 404, 422, 503)
  async list(@Param('id') id: string, @Req() request: FastifyRequest): Promise<z.output<typeof logList>> {
    const query = parseQuery(logsQuery, request.query);
    const job = visibleTo(callerOf(request), await this.jobs.get(id), jobNotFound);
    return this.pages.page(query, {
      of: ['logs', job.id],
      position: logsPosition,
      read: (limit, from = 0) => this.jobs.log(job, from, limit),
    });
  }
}
