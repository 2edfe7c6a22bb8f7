import { QueueOverview } from '@dts/queue';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { NeedsScope } from '../http/authenticate.js';
import { ref } from '../http/components.js';
import { ApiProblems } from '../http/openapi.js';
import { ApiPage, Pages, pageQuery, partOf } from '../http/pages.js';
import { parseQuery } from '../http/query.js';
import { toWorkerView, workerList } from './worker.view.js';

const LIST = `Those that were heard of in the last ten seconds, by their ids. One that stops takes leave at once, one that dies is
gone ten seconds after its last heartbeat.`;

@ApiTags('operations')
@Controller('v1/workers')
export class WorkersController {
  constructor(
    private readonly overview: QueueOverview,
    private readonly pages: Pages,
  ) {}

  @Get()
  @NeedsScope('ops:read')
  @ApiOperation({ operationId: 'listWorkers', summary: 'List the worker processes', description: LIST })
  @ApiPage()
  @ApiOkResponse({ schema: ref(workerList) })
  @ApiProblems(401, 403, 422, 503)
  list(@Query() query: unknown) {
    return this.pages.page(parseQuery(z.strictObject(pageQuery), query), {
      of: ['workers'],
      position: z.string(),
      read: async (limit, after) => partOf((await this.overview.workers()).map(toWorkerView), ({ id }) => id, limit, after),
    });
  }
}
