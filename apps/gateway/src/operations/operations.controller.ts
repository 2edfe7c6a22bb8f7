import { Operations, operationNotFound } from '@dts/queue';
import { METRICS } from '@dts/runtime';
import { Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import type { FastifyRequest } from 'fastify';
import { Counter } from 'prom-client';
import { z } from 'zod';
import { Audit } from '../audit/audit.js';
import { callerOf, NeedsScope } from '../http/authenticate.js';
import { ref } from '../http/components.js';
import { ApiId } from '../http/id.js';
import { ApiProblems } from '../http/openapi.js';
import { ApiPage, Pages, pageQuery } from '../http/pages.js';
import { parseQuery } from '../http/query.js';
import { ApiTenant, changeableBy, listedTenant, tenantQuery, visibleTo } from '../http/tenant.js';
import { verb } from '../http/verb.js';
import { type OperationView, operationList, operationView, toOperationView } from './operation.view.js';

const operationsQuery = z.strictObject({ ...pageQuery, ...tenantQuery });
const operationPosition = z.object({ score: z.number(), member: z.string() });

@ApiTags('dead-letters')
@Controller('v1/operations')
export class OperationsController {
  constructor(
    private readonly operations: Operations,
    private readonly pages: Pages,
    private readonly audit: Audit,
    @InjectMetric(METRICS.operations.name) private readonly ended: Counter,
  ) {}

  @Get()
  @NeedsScope('jobs:read')
  @ApiOperation({
    operationId: 'listOperations',
    summary: 'List the operations that run, or ended in the last week',
    description: 'The newest first.',
  })
  @ApiPage()
  @ApiTenant()
  @ApiOkResponse({ schema: ref(operationList) })
  @ApiProblems(401, 403, 422, 503)
  async list(@Req() request: FastifyRequest) {
    const { tenant: asked, ...page } = parseQuery(operationsQuery, request.query);
    const tenant = listedTenant(callerOf(request), asked);
    return this.pages.page(page, {
      of: ['operations', tenant],
      position: operationPosition,
      read: async (limit, after) => {
        const { items, next } = await this.operations.list(limit, tenant, after);
        return { items: items.map(toOperationView), next };
      },
    });
  }

  @Get(':id')
  @NeedsScope('jobs:read')
  @ApiOperation({ operationId: 'getOperation', summary: 'Read how far an operation has come' })
  @ApiId()
  @ApiOkResponse({ schema: ref(operationView) })
  @ApiProblems(401, 403, 404, 503)
  async get(@Param('id') id: string, @Req() request: FastifyRequest): Promise<OperationView> {
    return toOperationView(visibleTo(callerOf(request), await this.operations.get(id), operationNotFound));
  }

  @Post(verb('cancel'))
  @HttpCode(200)
  @NeedsScope('jobs:cancel')
  @ApiOperation({
    operationId: 'cancelOperation',
    summary: 'Stop an operation',
    description: 'What it has done stays done, and nothing more is. Repeating is fine.',
  })
  @ApiId()
  @ApiOkResponse({ schema: ref(operationView) })
  @ApiProblems(401, 403, 404, 409, 503)
  async cancel(@Param('id') id: string, @Req() request: FastifyRequest): Promise<OperationView> {
    const before = changeableBy(callerOf(request), await this.operations.get(id), operationNotFound);
    const change = { action: 'operation.cancel', target: id, details: { kind: before.kind } };
    const after = await this.audit.changeOf(before.tenant, request, change, () => this.operations.cancel(id));
    if (before.state === 'running') this.ended.inc({ kind: after.kind, outcome: after.state });
    return toOperationView(after);
  }
}
