/** What one would write in a minute: Fastify and BullMQ as they come. No keys, no schema, no idempotency, no readiness check of Redis. */
import { Queue } from 'bullmq';
import Fastify from 'fastify';

const { HOST, PORT, REDIS_URL } = process.env;
const server = Fastify();
const queue = new Queue('bare', { connection: { url: REDIS_URL } });

server.get('/readyz', () => ({ status: 'ok' }));

server.post<{ Body: { name: string; payload: unknown } }>('/v1/jobs', async (request, reply) => {
  const job = await queue.add(request.body.name, request.body.payload);
  return reply.status(201).send({ id: job.id });
});

process.once('SIGTERM', async () => {
  await server.close();
  await queue.close();
});

await queue.waitUntilReady();
await server.listen({ host: HOST, port: Number(PORT) });
