import { Readable } from 'node:stream';
import { decodeTold, JobClient, JobFollower, jobNotFound } from '@dts/queue';
import { Draining } from '@dts/runtime';
import { Controller, Get, Headers, Param, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf, NeedsScope } from '../http/authenticate.js';
import { ApiId } from '../http/id.js';
import { ApiProblems } from '../http/openapi.js';
import { visibleTo } from '../http/tenant.js';
import { toEventStream } from './event-stream.js';
import { EventStreams } from './event-streams.js';

const EVENTS = `Server-sent events. The first \`state\` tells how the job is now; then come every start and end of an attempt (\`state\`),
what its handler says of its \`progress\`, of which one that is outdated at once may be left out, and every kept line of its \`log\`.
\`at\` is when it came about, or was noticed where nothing tells. The state in which the job has finished is the last event: close the
stream then. A stream that ends before is to be opened again, here or at another gateway, with the last event's id as
\`Last-Event-ID\`, and goes on without a gap: the job's own history tells. With none, or one that is not known, it begins anew.`;

const EXAMPLE = `event: state
id: active.0.1764040000000.0.0
data: {"id":"cpu_0123456789abcdefghjkmnpqrs","state":"active","at":"2025-11-25T03:06:40.000Z","attemptsMade":0,"error":null}

event: log
id: active.0.1764040000000.0.1
data: {"id":"cpu_0123456789abcdefghjkmnpqrs","line":0,"text":"fetched 48213 bytes"}

event: progress
id: active.0.1764040000000.0.1
data: {"id":"cpu_0123456789abcdefghjkmnpqrs","progress":30,"at":"2025-11-25T03:06:40.412Z"}

event: state
id: completed.1.1764040000000.0.1
data: {"id":"cpu_0123456789abcdefghjkmnpqrs","state":"completed","at":"2025-11-25T03:06:41.020Z","attemptsMade":1,"error":null}
`;

@ApiTags('jobs')
@Controller('v1/jobs')
export class EventsController {
  constructor(
    private readonly jobs: JobClient,
    private readonly follower: JobFollower,
    private readonly streams: EventStreams,
    private readonly draining: Draining,
  ) {}

  @Get(':id/events')
  @NeedsScope('jobs:read')
  @ApiOperation({ operationId: 'followJob', summary: 'Follow a job as it goes on', description: EVENTS })
  @ApiId()
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'The `id` of the last event that was received',
    schema: { type: 'string' },
  })
  @ApiOkResponse({
    description: 'The events, until the job has finished',
    content: { 'text/event-stream': { schema: { description: 'Lines of text' }, example: EXAMPLE } },
  })
  @ApiProblems(401, 403, 404, 422, 429, 503)
  async follow(
    @Param('id') id: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const caller = callerOf(request);
    visibleTo(caller, await this.jobs.get(id), jobNotFound);
    const close = this.streams.open(caller.id);
    const signal = AbortSignal.any([gone.signal, this.draining.signal]);
    const events = toEventStream(id, this.follower.follow(id, decodeTold(lastEventId ?? ''), signal));
    const stream = Readable.from(events, { objectMode: false }).once('close', close);
    this.streams.cutOffStalled(reply.raw, this.draining.signal);
    // The connection ends with the stream: nothing is left to wait for when this gateway stops.
    reply.headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no', connection: 'close' }).type('text/event-stream');
    void reply.send(stream);
  }
}
