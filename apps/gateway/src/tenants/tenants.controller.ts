import { TenantLimitsStore } from '@dts/queue';
import { Body, Controller, Delete, Get, HttpCode, Param, Put, Req } from '@nestjs/common';
import { ApiBody, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Audit } from '../audit/audit.js';
import { NeedsScope } from '../http/authenticate.js';
import { ref } from '../http/components.js';
import { ApiProblems } from '../http/openapi.js';
import { checkTenant } from '../http/tenant.js';
import {
  parseTenantLimits,
  type TenantLimitsView,
  tenantLimitsInput,
  tenantLimitsView,
  toTenantLimitsView,
} from './tenant-limits.schema.js';

const PUT = `They hold for all jobs that have not started, from a second after the answer at most; jobs that run already are not stopped, and
those that ran before there were limits are not counted. What waits for a limit is \`waiting\`. A job whose attempt failed takes its turn anew.
\`rate\` is a bucket that holds \`max\` starts and fills evenly in \`per\`.`;

const EXAMPLE = { weight: 2, concurrency: { io: 50 }, rate: { 'rate-limited': { max: 100, per: 60_000 } } };

const ApiTenantName = () => ApiParam({ name: 'tenant', schema: { type: 'string', pattern: '^[A-Za-z0-9_.-]{1,64}$' } });

@ApiTags('tenants')
@Controller('v1/tenants/:tenant/limits')
export class TenantsController {
  constructor(
    private readonly limits: TenantLimitsStore,
    private readonly audit: Audit,
  ) {}

  @Get()
  @NeedsScope('ops:read')
  @ApiOperation({ operationId: 'getTenantLimits', summary: "Read a tenant's limits", description: 'One that has none has weight 1.' })
  @ApiTenantName()
  @ApiOkResponse({ schema: ref(tenantLimitsView) })
  @ApiProblems(401, 403, 422, 503)
  async get(@Param('tenant') tenant: string): Promise<TenantLimitsView> {
    return toTenantLimitsView(checkTenant(tenant), await this.limits.get(tenant));
  }

  @Put()
  @NeedsScope('ops:write')
  @ApiOperation({ operationId: 'putTenantLimits', summary: "Set a tenant's limits", description: PUT })
  @ApiTenantName()
  @ApiBody({ schema: ref(tenantLimitsInput), examples: { limits: { value: EXAMPLE } } })
  @ApiOkResponse({ schema: ref(tenantLimitsView), description: 'They are stored durably' })
  @ApiProblems(400, 401, 403, 413, 415, 422, 503)
  async put(@Param('tenant') tenant: string, @Body() body: unknown, @Req() request: FastifyRequest): Promise<TenantLimitsView> {
    checkTenant(tenant);
    const limits = parseTenantLimits(body);
    const change = { action: 'tenant.limit', target: tenant, details: { limits } };
    await this.audit.change(request, change, () => this.limits.put(tenant, limits));
    return toTenantLimitsView(tenant, limits);
  }

  @Delete()
  @HttpCode(204)
  @NeedsScope('ops:write')
  @ApiOperation({ operationId: 'deleteTenantLimits', summary: "Remove a tenant's limits", description: 'What waited for them goes on.' })
  @ApiTenantName()
  @ApiNoContentResponse({ description: 'It has none, and weight 1' })
  @ApiProblems(401, 403, 422, 503)
  async remove(@Param('tenant') tenant: string, @Req() request: FastifyRequest): Promise<void> {
    const change = { action: 'tenant.unlimit', target: checkTenant(tenant) };
    await this.audit.change(request, change, () => this.limits.remove(tenant));
  }
}
