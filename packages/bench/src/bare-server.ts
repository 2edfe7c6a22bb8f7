/** What one would write in a minute: Fastify and BullMQ as they come. No keys, no schema, no idempotency, no readiness check of Redis. */
import { Queue } from 'bullmq';
import Fastify from 'fastify';

interface Submission {
  readonly name: string;
  readonly payload: unknown;
}

const { HOST, PORT, REDIS_URL } = process.env;
const server = Fastify();
const queue = new Queue('bare', { connection: { url: REDIS_URL } });

server.get('/readyz', () => ({ status: 'ok' }));

server.post<{ Body: Submission }>('/v1/jobs', async (request, reply) => {
  const job = await queue.add(request.body.name, request.body.payload);
  return reply.status(201).send({ id: job.id });
});

server.post<{ Body: { jobs: Submission[] } }>('/v1/jobs::batch', async (request) => {
  const jobs = await queue.addBulk(request.body.jobs.map(({ name, payload }) => ({ name, data: payload })));
  return { ids: jobs.map(({ id }) => id) };
});

process.once('SIGTERM', async () => {
  await server.close();
  await queue.close();
});

await queue.waitUntilReady();
await server.listen({ host: HOST, port: Number(PORT) });
