import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Draining } from './draining.js';
import { HealthController, READINESS } from './health.js';

let problems: string[] = [];

@Module({
  controllers: [HealthController],
  providers: [Draining, { provide: READINESS, useValue: async () => problems }],
})
class AppModule {}

let app: NestFastifyApplication;

beforeAll(async () => {
  app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
});
afterAll(() => app.close());

async function get(path: string): Promise<[number, unknown]> {
  const response = await fetch((await app.getUrl()) + path);
  return [response.status, await response.json()];
}

describe('HealthController', () => {
  it('is ready while nothing keeps it from its work', async () => {
    await expect(get('/readyz')).resolves.toEqual([200, { status: 'ok' }]);
  });

  it('says what keeps it from its work, and is alive nevertheless', async () => {
    problems = ['Redis does not answer', 'the disk is full'];
    await expect(get('/readyz')).resolves.toEqual([503, { status: 'unavailable', problems }]);
    await expect(get('/healthz')).resolves.toEqual([200, { status: 'ok' }]);
    problems = [];
    await expect(get('/readyz')).resolves.toEqual([200, { status: 'ok' }]);
  });

  it('is not ready any more once it drains', async () => {
    app.get(Draining).begin();
    await expect(get('/readyz')).resolves.toEqual([503, { status: 'unavailable', problems: ['shutting down'] }]);
    await expect(get('/healthz')).resolves.toEqual([200, { status: 'ok' }]);
  });
});
