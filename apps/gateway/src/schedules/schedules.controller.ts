import { type ScheduleName, Schedules } from '@dts/queue';
import { applyDecorators, Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Put, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audit } from '../audit/audit.js';
import { callerOf, NeedsScope } from '../http/authenticate.js';
import { ref } from '../http/components.js';
import { ApiProblems } from '../http/openapi.js';
import { ApiPage, Pages } from '../http/pages.js';
import { parseQuery } from '../http/query.js';
import { ApiTenant, tenantOf } from '../http/tenant.js';
import { verb } from '../http/verb.js';
import { type JobView, jobView, toJobView } from '../jobs/job.view.js';
import { checkIdempotencyKey, IDEMPOTENCY_KEY } from '../jobs/submit.schema.js';
import { parseSchedule, scheduleInput } from './schedule.schema.js';
import { type ScheduleView, scheduleList, scheduleView, toScheduleView } from './schedule.view.js';
import { scheduleName, schedulePosition, schedulesQuery } from './schedule-query.js';

const NEXT_RUNS = 5;

const PUT = `Repeating is fine: the same schedule again changes nothing. A timing that stays goes on where it is.
A time that is skipped when clocks are put forward runs once, when the gap ends; one that is repeated when they are put back
runs once. A pattern for every hour (\`*\`) means elapsed time. After an outage, runs that are at most 5 minutes late are made up
for one by one; of older ones, only the last (\`missed\` counts the others).`;

const JOB = { name: 'http.request', payload: { method: 'POST', url: 'https://billing.internal/hooks/close-of-day' } };
const EXAMPLES = {
  nightly: { value: { cron: '30 2 * * *', timezone: 'Europe/Berlin', job: JOB } },
  everyMinute: { value: { every: 60_000, jitter: 5_000, overlap: 'cancel-previous', job: JOB } },
};

const ApiId = () =>
  applyDecorators(ApiParam({ name: 'id', schema: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,49}$' } }), ApiTenant());

@ApiTags('schedules')
@Controller('v1/schedules')
export class SchedulesController {
  constructor(
    private readonly schedules: Schedules,
    private readonly audit: Audit,
    private readonly pages: Pages,
  ) {}

  @Put(':id')
  @NeedsScope('schedules:write')
  @ApiOperation({ operationId: 'putSchedule', summary: 'Create or replace a schedule', description: PUT })
  @ApiId()
  @ApiBody({ schema: ref(scheduleInput), examples: EXAMPLES })
  @ApiCreatedResponse({ schema: ref(scheduleView), description: 'The schedule is stored durably' })
  @ApiOkResponse({ schema: ref(scheduleView), description: 'It was there, and is now as given' })
  @ApiProblems(400, 401, 403, 404, 413, 415, 422, 429, 503)
  async put(
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ScheduleView> {
    const { spec, paused } = parseSchedule(body);
    const { outcome, schedule } = await this.change(request, id, 'put', (name) => this.schedules.put(name, spec, paused));
    reply.status(outcome === 'created' ? 201 : 200);
    return toScheduleView(schedule, NEXT_RUNS);
  }

  @Get()
  @NeedsScope('jobs:read')
  @ApiOperation({ operationId: 'listSchedules', summary: 'List the schedules, each with its next run' })
  @ApiPage()
  @ApiTenant()
  @ApiOkResponse({ schema: ref(scheduleList) })
  @ApiProblems(401, 403, 422, 503)
  async list(@Req() request: FastifyRequest) {
    const query = parseQuery(schedulesQuery, request.query);
    const tenant = tenantOf(callerOf(request), query.tenant, 'read');
    return this.pages.page(query, {
      of: ['schedules', tenant],
      position: schedulePosition,
      read: async (limit, after) => {
        const { items, next } = await this.schedules.list(limit, { tenant, after });
        return { items: items.map((schedule) => toScheduleView(schedule, 1)), next };
      },
    });
  }

  @Get(':id')
  @NeedsScope('jobs:read')
  @ApiOperation({ operationId: 'getSchedule', summary: 'Read a schedule, with its next five runs' })
  @ApiId()
  @ApiOkResponse({ schema: ref(scheduleView) })
  @ApiProblems(401, 403, 404, 422, 503)
  async get(@Param('id') id: string, @Req() request: FastifyRequest): Promise<ScheduleView> {
    return toScheduleView(await this.schedules.get(nameFor(request, id, 'read')), NEXT_RUNS);
  }

  @Delete(':id')
  @HttpCode(204)
  @NeedsScope('schedules:write')
  @ApiOperation({ operationId: 'deleteSchedule', summary: 'Delete a schedule', description: 'Jobs that it has started go on.' })
  @ApiId()
  @ApiNoContentResponse({ description: 'It is gone' })
  @ApiProblems(401, 403, 404, 422, 503)
  async remove(@Param('id') id: string, @Req() request: FastifyRequest): Promise<void> {
    await this.change(request, id, 'delete', (name) => this.schedules.remove(name));
  }

  @Post(verb('pause'))
  @HttpCode(200)
  @NeedsScope('schedules:write')
  @ApiOperation({
    operationId: 'pauseSchedule',
    summary: 'Pause a schedule',
    description: 'What would have run until it is resumed is left out.',
  })
  @ApiId()
  @ApiOkResponse({ schema: ref(scheduleView) })
  @ApiProblems(401, 403, 404, 422, 429, 503)
  async pause(@Param('id') id: string, @Req() request: FastifyRequest): Promise<ScheduleView> {
    return toScheduleView(await this.change(request, id, 'pause', (name) => this.schedules.pause(name)), NEXT_RUNS);
  }

  @Post(verb('resume'))
  @HttpCode(200)
  @NeedsScope('schedules:write')
  @ApiOperation({ operationId: 'resumeSchedule', summary: 'Resume a schedule' })
  @ApiId()
  @ApiOkResponse({ schema: ref(scheduleView) })
  @ApiProblems(401, 403, 404, 422, 429, 503)
  async resume(@Param('id') id: string, @Req() request: FastifyRequest): Promise<ScheduleView> {
    return toScheduleView(await this.change(request, id, 'resume', (name) => this.schedules.resume(name)), NEXT_RUNS);
  }

  @Post(verb('trigger'))
  @NeedsScope('schedules:write')
  @ApiOperation({
    operationId: 'triggerSchedule',
    summary: 'Run a schedule now',
    description: 'Beside its own times, and when it is paused as well. Goes by `overlap`.',
  })
  @ApiId()
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Makes repeating safe for 24 hours',
    schema: IDEMPOTENCY_KEY,
  })
  @ApiCreatedResponse({ schema: ref(jobView), description: 'The job of the run' })
  @ApiOkResponse({ schema: ref(jobView), description: 'The key was used before: the job of that run' })
  @ApiProblems(400, 401, 403, 404, 409, 422, 429, 503)
  async trigger(
    @Param('id') id: string,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobView> {
    checkIdempotencyKey(idempotencyKey);
    const { outcome, job } = await this.change(request, id, 'trigger', (name) => this.schedules.trigger(name, idempotencyKey));
    if (outcome === 'created') reply.status(201).header('location', `/v1/jobs/${job.id}`);
    else reply.status(200).header('idempotent-replayed', 'true');
    return toJobView(job);
  }

  /** An operator's change to another tenant's schedule is logged. @throws as `nameFor` */
  private change<T>(request: FastifyRequest, id: string, verb: string, make: (name: ScheduleName) => Promise<T>): Promise<T> {
    const name = nameFor(request, id);
    return this.audit.changeOf(name.tenant, request, { action: `schedule.${verb}`, target: id }, () => make(name));
  }
}

/** @throws Problem `invalid-request`, `missing-scope` */
function tenantFor(request: FastifyRequest, access: 'read' | 'write'): string {
  return tenantOf(callerOf(request), (request.query as { tenant?: unknown }).tenant, access);
}

/** @throws Problem as `tenantFor` */
function nameFor(request: FastifyRequest, id: string, access: 'read' | 'write' = 'write'): ScheduleName {
  return scheduleName(tenantFor(request, access), id);
}
