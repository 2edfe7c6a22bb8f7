import { AuditLog } from '@dts/queue';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { NeedsScope } from '../http/authenticate.js';
import { ref } from '../http/components.js';
import { ApiProblems } from '../http/openapi.js';
import { ApiPage, Pages, pageQuery } from '../http/pages.js';
import { parseQuery } from '../http/query.js';
import { ApiTenant, tenantQuery } from '../http/tenant.js';
import { instant, toUnixMs } from '../jobs/submit.schema.js';
import { auditList, toAuditView } from './audit.view.js';

const word = z.string().min(1).max(256);
const auditQuery = z.strictObject({
  ...pageQuery,
  ...tenantQuery,
  key: word.optional(),
  action: word.optional(),
  target: word.optional(),
  since: instant.optional(),
});

const LIST = `Every change that was made with an \`ops:\` right, in the API or in Bull Board, and every redrive and purge, whether it
succeeded or not, the newest first. An entry is written before its change is made: without it, nothing is changed. The last 20,000 are kept.`;

@ApiTags('operations')
@Controller('v1/audit')
export class AuditController {
  constructor(
    private readonly log: AuditLog,
    private readonly pages: Pages,
  ) {}

  @Get()
  @NeedsScope('ops:read')
  @ApiOperation({ operationId: 'listAudit', summary: 'List what operators changed', description: LIST })
  @ApiPage()
  @ApiTenant('Of the key that was used')
  @ApiQuery({ name: 'key', required: false, description: 'Id of the key that was used', schema: { type: 'string' } })
  @ApiQuery({ name: 'action', required: false, schema: { type: 'string' }, example: 'queue.pause' })
  @ApiQuery({ name: 'target', required: false, schema: { type: 'string' }, example: 'io' })
  @ApiQuery({ name: 'since', required: false, description: 'Nothing older', schema: { type: 'string', format: 'date-time' } })
  @ApiOkResponse({ schema: ref(auditList) })
  @ApiProblems(401, 403, 422, 503)
  list(@Query() query: unknown) {
    const { key: keyId, tenant, action, target, since, ...page } = parseQuery(auditQuery, query);
    const filter = { keyId, tenant, action, target, since: toUnixMs(since) };
    return this.pages.page(page, {
      of: ['audit', keyId, tenant, action, target, since],
      position: z.string(),
      read: async (limit, before) => {
        const { items, next } = await this.log.list(limit, filter, before);
        return { items: items.map(toAuditView), next };
      },
    });
  }
}
