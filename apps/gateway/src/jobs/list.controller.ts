import { JOB_NAMES, QUEUE_NAMES } from '@dts/jobs';
import { JOB_STATES, JobLister } from '@dts/queue';
import { Controller, Get, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { callerOf, NeedsScope } from '../http/authenticate.js';
import { ref } from '../http/components.js';
import { ApiProblems } from '../http/openapi.js';
import { ApiPage, Pages, pageOf } from '../http/pages.js';
import { parseQuery } from '../http/query.js';
import { ApiTenant, listedTenant } from '../http/tenant.js';
import { jobView, toJobView } from './job.view.js';
import { jobsPosition, jobsQuery } from './jobs-query.js';

const LIST = `By state, in the order in which jobs go through them, and by queue; in each the newest first: those that came in last, of
scheduled ones those that are due last, of waiting ones those whose turn comes last. A job that stays in its state while it is paged through is told exactly once; one that
moves on meanwhile may be told twice, and one that goes back, to be retried, may be left out. A page looks at a bounded number of
jobs, so that it costs the same whatever the backlog: with a filter that few jobs pass, many pages are short or empty.`;

const jobList = pageOf('JobList', jobView);

@ApiTags('jobs')
@Controller('v1/jobs')
export class ListController {
  constructor(
    private readonly lister: JobLister,
    private readonly pages: Pages,
  ) {}

  @Get()
  @NeedsScope('jobs:read')
  @ApiOperation({ operationId: 'listJobs', summary: 'List jobs', description: LIST })
  @ApiQuery({
    name: 'state',
    required: false,
    description: 'One or several, with commas between them; all unless given',
    style: 'form',
    explode: false,
    schema: { type: 'array', minItems: 1, items: { type: 'string', enum: [...JOB_STATES] } },
    example: ['waiting', 'active'],
  })
  @ApiQuery({ name: 'queue', required: false, schema: { type: 'string', enum: [...QUEUE_NAMES] } })
  @ApiQuery({ name: 'name', required: false, description: 'The job type', schema: { type: 'string', enum: [...JOB_NAMES] } })
  @ApiQuery({ name: 'tag', required: false, schema: { type: 'string', pattern: '^[A-Za-z0-9_.:/-]{1,64}$' }, example: 'order:1042' })
  @ApiTenant('Of one tenant only, for operators, who otherwise see all')
  @ApiPage()
  @ApiOkResponse({ schema: ref(jobList) })
  @ApiProblems(401, 403, 422, 503)
  async list(@Req() request: FastifyRequest) {
    const { state: states = JOB_STATES, queue, name, tag, ...query } = parseQuery(jobsQuery, request.query);
    const tenant = listedTenant(callerOf(request), query.tenant);
    const filter = { states, queue, name, tag, tenant };
    return this.pages.page(query, {
      of: ['jobs', tenant, states, queue, name, tag],
      position: jobsPosition,
      read: async (limit, after) => {
        const { items, next } = await this.lister.list(filter, limit, after);
        return { items: items.map(toJobView), next };
      },
    });
  }
}
