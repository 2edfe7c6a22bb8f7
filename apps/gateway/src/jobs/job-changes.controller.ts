import { JobClient, jobNotFound } from '@dts/queue';
import { Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Audit } from '../audit/audit.js';
import { Retries } from '../dead-letters/retries.js';
import { callerOf, NeedsScope } from '../http/authenticate.js';
import { ref } from '../http/components.js';
import { ApiId } from '../http/id.js';
import { ApiProblems } from '../http/openapi.js';
import { changeableBy } from '../http/tenant.js';
import { verb } from '../http/verb.js';
import { type JobView, jobView, toJobView } from './job.view.js';

const RETRY = `For a job that is dead, cancelled or expired. It keeps its id and its history: \`attempts\` goes on, with numbers that start
anew, and \`redrives\` counts up. All its attempts are before it again, and a \`startBy\` that is over does not count any more.
Repeating is fine as long as the job has not ended again.`;

/** What can be done to a job beside cancelling it. */
@ApiTags('jobs')
@Controller('v1/jobs')
export class JobChangesController {
  constructor(
    private readonly jobs: JobClient,
    private readonly retries: Retries,
    private readonly audit: Audit,
  ) {}

  @Post(verb('retry'))
  @HttpCode(200)
  @NeedsScope('jobs:submit')
  @ApiOperation({ operationId: 'retryJob', summary: 'Let a job that has failed start anew', description: RETRY })
  @ApiId()
  @ApiOkResponse({ schema: ref(jobView), description: 'It waits for a worker, durably' })
  @ApiProblems(401, 403, 404, 409, 503)
  async retry(@Param('id') id: string, @Req() request: FastifyRequest): Promise<JobView> {
    const before = changeableBy(callerOf(request), await this.jobs.get(id), jobNotFound);
    const change = { action: 'job.retry', target: id, details: { queue: before.queue } };
    return toJobView(await this.audit.changeOf(before.tenant, request, change, () => this.retries.retry(before)));
  }

  @Post(verb('promote'))
  @HttpCode(200)
  @NeedsScope('jobs:submit')
  @ApiOperation({
    operationId: 'promoteJob',
    summary: 'Run a scheduled job now',
    description: 'It waits for a worker, and not for its time or its backoff any more. Repeating is fine.',
  })
  @ApiId()
  @ApiOkResponse({ schema: ref(jobView) })
  @ApiProblems(401, 403, 404, 409, 503)
  async promote(@Param('id') id: string, @Req() request: FastifyRequest): Promise<JobView> {
    const { tenant, queue } = changeableBy(callerOf(request), await this.jobs.get(id), jobNotFound);
    const change = { action: 'job.promote', target: id, details: { queue } };
    return toJobView(await this.audit.changeOf(tenant, request, change, () => this.jobs.promote(id)));
  }
}
