import { JOB_DEFINITIONS } from '@dts/jobs';
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { NeedsScope } from '../http/authenticate.js';
import { component, ref } from '../http/components.js';
import { ApiProblems } from '../http/openapi.js';
import { pageOf } from '../http/pages.js';

const jobType = component(
  'JobType',
  z.object({
    name: z.string(),
    queue: z.string(),
    description: z.string(),
    attempts: z.int(),
    backoff: z.object({ type: z.string(), delay: z.int(), maxDelay: z.int().optional() }),
    timeout: z.int(),
    example: z.unknown(),
    payloadSchema: z.record(z.string(), z.unknown()),
    resultSchema: z.record(z.string(), z.unknown()),
  }),
);

const jobTypeList = pageOf('JobTypeList', jobType);

/** They never change while the process runs. */
const JOB_TYPES: z.output<typeof jobTypeList> = {
  items: JOB_DEFINITIONS.map(({ name, queue, description, attempts, backoff, timeout, example, payload, result }) => ({
    name,
    queue,
    description,
    attempts,
    backoff: { ...backoff },
    timeout,
    example,
    payloadSchema: { ...z.toJSONSchema(payload, { target: 'draft-2020-12', io: 'input' }) },
    resultSchema: { ...z.toJSONSchema(result, { target: 'draft-2020-12', io: 'output' }) },
  })),
  nextCursor: null,
};

@ApiTags('jobs')
@Controller('v1/job-types')
export class JobTypesController {
  @Get()
  @NeedsScope('jobs:read')
  @ApiOperation({ operationId: 'listJobTypes', summary: 'List the job types, with the JSON Schema of payload and result' })
  @ApiOkResponse({
    schema: ref(jobTypeList),
    example: { ...JOB_TYPES, items: JOB_TYPES.items.filter(({ name }) => name === 'image.thumbnail') },
  })
  @ApiProblems(401, 403)
  list() {
    return JOB_TYPES;
  }
}
