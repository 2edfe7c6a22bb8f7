import { FLOW_STATES, Flows, flowNotFound, nodesOf } from '@dts/queue';
import { Body, Controller, Delete, Get, Headers, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audit } from '../audit/audit.js';
import { GATEWAY_ENV, type GatewayEnv } from '../env.js';
import { callerOf, NeedsScope } from '../http/authenticate.js';
import { ref } from '../http/components.js';
import { ApiId } from '../http/id.js';
import { ApiProblems } from '../http/openapi.js';
import { ApiPage, Pages } from '../http/pages.js';
import { parseQuery } from '../http/query.js';
import { RateLimits } from '../http/rate-limit/rate-limits.js';
import { ApiTenant, changeableBy, listedTenant, visibleTo } from '../http/tenant.js';
import { SubmissionMetrics } from '../jobs/submission-metrics.js';
import { checkIdempotencyKey, IDEMPOTENCY_KEY } from '../jobs/submit.schema.js';
import { flowInput, MAX_FLOW_BYTES } from './flow.schema.js';
import { type FlowView, flowList, flowView, toFlowSummaryView, toFlowView } from './flow.view.js';
import { parseFlow } from './flow-body.js';
import { flowsPosition, flowsQuery } from './flows-query.js';

const SUBMIT = `A tree of jobs of any types: each runs when its children have ended, and its handler can read their results. A \`delay\` of
a job with children counts from then; \`startBy\` is looked at when it starts. All of the tree is stored, in one step and as
durably as a single job, or nothing: one wrong job refuses the flow, with a pointer into the tree. Each job counts for the limits
of its queue, and where requests are limited. After a 503 the flow may or may not be stored: repeat the request with the same Idempotency-Key, which is safe.`;

const LIST = `The newest first, without their trees. A flow is listed as long as its root is kept. A request looks at 500 flows at most, so a page
may be short, or empty, and not be the last.`;

const page = (path: string) => ({ name: 'http.request', payload: { method: 'GET', url: `https://shop.internal/${path}` } });
const EXAMPLES = {
  report: {
    summary: 'A mail once two services have answered, whether or not the second one can',
    value: {
      name: 'email.send',
      payload: { to: ['ada@example.com'], subject: 'The day is closed', text: 'Both ledgers are closed.' },
      tags: ['closing'],
      children: [page('close-ledger'), { ...page('close-archive'), onFailure: 'ignore', attempts: 3 }],
    },
  },
  levels: {
    summary: 'Three levels',
    value: { ...page('publish'), children: [{ ...page('index'), children: [page('import/a'), page('import/b')] }] },
  },
};

@ApiTags('flows')
@Controller('v1/flows')
export class FlowsController {
  constructor(
    @Inject(GATEWAY_ENV) private readonly env: GatewayEnv,
    private readonly flows: Flows,
    private readonly pages: Pages,
    private readonly metrics: SubmissionMetrics,
    private readonly rates: RateLimits,
    private readonly audit: Audit,
  ) {}

  @Post()
  @NeedsScope('jobs:submit', { bodyLimit: MAX_FLOW_BYTES })
  @ApiOperation({ operationId: 'submitFlow', summary: 'Submit a tree of jobs', description: SUBMIT })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Makes a repeated submission safe for 24 hours; a key that was used for a job stands for that one',
    schema: IDEMPOTENCY_KEY,
  })
  @ApiBody({ schema: ref(flowInput), examples: EXAMPLES })
  @ApiCreatedResponse({
    schema: ref(flowView),
    description: 'All of it is stored durably',
    headers: { Location: { schema: { type: 'string' } } },
  })
  @ApiOkResponse({
    schema: ref(flowView),
    description: 'The key was used before with the same body: the flow it stands for',
    headers: { 'Idempotent-Replayed': { schema: { type: 'string', enum: ['true'] } } },
  })
  @ApiProblems(400, 401, 403, 409, 413, 415, 422, 429, 503)
  async submit(
    @Body() body: unknown,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FlowView> {
    const startedAt = performance.now();
    const caller = callerOf(request);
    return this.metrics.measure(body, caller.tenant, async () => {
      checkIdempotencyKey(idempotencyKey);
      const root = parseFlow(body);
      const children = nodesOf(root).slice(1);
      this.rates.charge(caller, children.length, reply);
      const { outcome, flow } = await this.flows.submit({ root, tenant: caller.tenant, idempotencyKey, requestId: request.id });
      if (this.env.DURABILITY === 'fast') reply.header('durability', 'fast');
      if (outcome === 'created') reply.status(201).header('location', `/v1/flows/${flow.id}`);
      else reply.status(200).header('idempotent-replayed', 'true');
      for (const child of children) this.metrics.observe(child, caller.tenant, outcome, startedAt);
      return { outcome, value: toFlowView(flow) };
    });
  }

  @Get()
  @NeedsScope('jobs:read')
  @ApiOperation({ operationId: 'listFlows', summary: 'List flows', description: LIST })
  @ApiQuery({
    name: 'state',
    required: false,
    description: 'One or several, with commas between them; all unless given',
    style: 'form',
    explode: false,
    schema: { type: 'array', minItems: 1, items: { type: 'string', enum: [...FLOW_STATES] } },
    example: ['running', 'failed'],
  })
  @ApiTenant('Of one tenant only, for operators, who otherwise see all')
  @ApiPage()
  @ApiOkResponse({ schema: ref(flowList) })
  @ApiProblems(401, 403, 422, 503)
  async list(@Req() request: FastifyRequest) {
    const { state: states = FLOW_STATES, ...query } = parseQuery(flowsQuery, request.query);
    const tenant = listedTenant(callerOf(request), query.tenant);
    return this.pages.page(query, {
      of: ['flows', tenant, states],
      position: flowsPosition,
      read: async (limit, after) => {
        const { items, next } = await this.flows.list({ tenant, states }, limit, after);
        return { items: items.map(toFlowSummaryView), next };
      },
    });
  }

  @Get(':id')
  @NeedsScope('jobs:read')
  @ApiOperation({
    operationId: 'getFlow',
    summary: 'Read a flow',
    description: 'The tree with the state of each job. To wait for its end, wait for its root: `GET /v1/jobs/{id}?wait=30`.',
  })
  @ApiId()
  @ApiOkResponse({ schema: ref(flowView) })
  @ApiProblems(401, 403, 404, 503)
  async get(@Param('id') id: string, @Req() request: FastifyRequest): Promise<FlowView> {
    return toFlowView(visibleTo(callerOf(request), await this.flows.get(id), flowNotFound));
  }

  @Delete(':id')
  @NeedsScope('jobs:cancel')
  @ApiOperation({
    operationId: 'cancelFlow',
    summary: 'Cancel a flow',
    description:
      'Every job of it that has not finished, in one step. Those that run are told to stop and are `active` until they have. Repeating is fine.',
  })
  @ApiId()
  @ApiOkResponse({ schema: ref(flowView) })
  @ApiProblems(401, 403, 404, 409, 503)
  async cancel(@Param('id') id: string, @Req() request: FastifyRequest): Promise<FlowView> {
    const { tenant } = changeableBy(callerOf(request), await this.flows.get(id), flowNotFound);
    const change = { action: 'flow.cancel', target: id };
    return toFlowView(await this.audit.changeOf(tenant, request, change, () => this.flows.cancel(id)));
  }
}
