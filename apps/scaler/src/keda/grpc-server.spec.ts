import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { EnvError } from '@dts/runtime';
import { logVerbosity, ServerCredentials, setLogVerbosity, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { unknownSignal } from './fixtures/decision.js';
import type { KedaClient } from './fixtures/keda-client.js';
import { RawCall } from './fixtures/raw-call.js';
import { Served } from './fixtures/serve.js';
import { TestPools } from './fixtures/test-pools.js';
import { GrpcServer } from './grpc-server.js';
import { externalScalerService } from './protocol.js';

const IO = { pool: 'io' };

let pools: TestPools;
let served: Served;
let keda: KedaClient;

beforeEach(async () => {
  pools = new TestPools('io', 'cpu');
  served = await Served.start(pools);
  keda = served.client();
});
afterEach(() => served.close());

const value = async (metadata = IO) => (await keda.metrics(metadata)).metricValues[0]?.metricValueFloat;

describe('what KEDA is answered', () => {
  it('is the number that was decided, with a target of 1 for each replica', async () => {
    pools.decide('io', 7);
    await expect(keda.metricSpec(IO)).resolves.toEqual({ metricSpecs: [{ metricName: 'workers', targetSize: 1, targetSizeFloat: 1 }] });
    await expect(keda.metrics(IO)).resolves.toEqual({ metricValues: [{ metricName: 'workers', metricValue: 7, metricValueFloat: 7 }] });
    await expect(keda.isActive(IO)).resolves.toEqual({ result: true });
  });

  it('is 0 and inactive once that was decided', async () => {
    pools.decide('io', 0);
    await expect(value()).resolves.toBe(0);
    await expect(keda.isActive(IO)).resolves.toEqual({ result: false });
  });

  it('is of the pool that the ScaledObject names', async () => {
    pools.decide('io', 3);
    pools.decide('cpu', 1);
    await expect(value({ pool: 'cpu' })).resolves.toBe(1);
    await expect(value()).resolves.toBe(3);
  });

  it('follows each decision', async () => {
    for (const workers of [1, 40, 2, 0, 9]) {
      pools.decide('io', workers);
      await expect(value()).resolves.toBe(workers);
    }
  });
});

describe('what is not known', () => {
  const cases: [string, () => void, RegExp][] = [
    ['before the first decision', () => {}, /pool "io": nothing has been decided yet/],
    [
      'when the load is unknown',
      () => pools.decide('io', 0, { signal: unknownSignal('Redis is gone') }),
      /its load is not known: Redis is gone/,
    ],
    ['when the decision is stale', () => pools.decide('io', 0, { at: Date.now() - 60_000 }), /the last decision is 60 s old/],
  ];

  it.each(cases)('is an error and never 0: %s', async (_when, prepare, details) => {
    prepare();
    const refused = { code: status.UNAVAILABLE, details: expect.stringMatching(details) };
    await expect(keda.isActive(IO)).rejects.toMatchObject(refused);
    await expect(keda.metrics(IO)).rejects.toMatchObject(refused);
  });

  it('keeps KEDA from no HPA: its metric is told all the same', async () => {
    await expect(keda.metricSpec(IO)).resolves.toMatchObject({ metricSpecs: [{ metricName: 'workers' }] });
  });

  it('is known again with the next decision', async () => {
    pools.decide('io', 0, { signal: unknownSignal('Redis is gone') });
    await expect(keda.metrics(IO)).rejects.toMatchObject({ code: status.UNAVAILABLE });
    pools.decide('io', 2);
    await expect(value()).resolves.toBe(2);
  });

  it('reaches KEDA whole, whatever the reason is made of', async () => {
    pools.decide('io', 1, { signal: unknownSignal('100 % lost:\n"näh" \u{1f525}') });
    await expect(keda.isActive(IO)).rejects.toMatchObject({ details: 'pool "io": its load is not known: 100 % lost:\n"näh" \u{1f525}' });
    for (const cut of ['', '.']) {
      pools.decide('io', 1, { signal: unknownSignal(`${cut}${'\u{1f525}'.repeat(100_000)}`) });
      await expect(keda.isActive(IO)).rejects.toMatchObject({ code: status.UNAVAILABLE, details: expect.stringMatching(/…$/) });
    }
  });
});

describe('a ScaledObject that is wrong', () => {
  const wrong: [string, Record<string, string>, RegExp][] = [
    ['names no pool', {}, /lacks "pool": write pool: and one of "io", "cpu"/],
    ['names a pool that is not there', { pool: 'iO' }, /pool: "iO", which is not in the policy/],
  ];

  it.each(wrong)('is told what to write when it %s', async (_what, metadata, details) => {
    pools.decide('io', 1);
    const refused = { code: status.INVALID_ARGUMENT, details: expect.stringMatching(details) };
    await expect(keda.isActive(metadata)).rejects.toMatchObject(refused);
    await expect(keda.metricSpec(metadata)).rejects.toMatchObject(refused);
    await expect(keda.metrics(metadata)).rejects.toMatchObject(refused);
    await expect(keda.streamIsActive(metadata).ended).resolves.toMatchObject(refused);
  });

  it('is refused when it is missing, or another metric is asked for', async () => {
    pools.decide('io', 1);
    await expect(keda.metrics(null)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringMatching(/no ScaledObject/),
    });
    await expect(keda.metrics(IO, 'lag')).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: 'there is no metric "lag": the only one is "workers"',
    });
  });

  it('may be no message at all, or too long a one', async () => {
    const { path } = externalScalerService.IsActive;
    await expect(RawCall.open(served.port, path, Buffer.from('ffffff', 'hex')).status()).resolves.toBe(String(status.INTERNAL));
    await expect(keda.isActive({ pool: 'x'.repeat(65_536) })).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED });
  });
});

describe('the server', () => {
  it('keeps its insides to itself when a call fails', async () => {
    const secret = new Error('redis://:secret@host');
    pools.latest = () => {
      throw secret;
    };
    await expect(keda.isActive(IO)).rejects.toMatchObject({
      code: status.INTERNAL,
      details: 'this failed in the scaler: its log tells why',
    });
    await expect(keda.streamIsActive(IO).ended).resolves.toMatchObject({ code: status.INTERNAL });
    expect(served.failures).toEqual([secret, secret]);
  });

  it('tells each call and how it ended', async () => {
    pools.decide('io', 1);
    await keda.isActive(IO);
    await keda.metrics({ pool: 'no' }).catch(() => {});
    await keda.isActive({ pool: 'cpu' }).catch(() => {});
    expect(served.answered).toEqual([
      ['IsActive', status.OK],
      ['GetMetrics', status.INVALID_ARGUMENT],
      ['IsActive', status.UNAVAILABLE],
    ]);
  });

  it('says UNIMPLEMENTED to what it does not serve, such as StreamMetricSpec', async () => {
    const call = RawCall.open(served.port, '/externalscaler.ExternalScaler/StreamMetricSpec', Buffer.alloc(0));
    await expect(call.status()).resolves.toBe(String(status.UNIMPLEMENTED));
  });

  it('refuses to start where the port is taken, and says which variable to set', async () => {
    setLogVerbosity(logVerbosity.NONE);
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const starting = GrpcServer.start({
      host: '127.0.0.1',
      port,
      credentials: ServerCredentials.createInsecure(),
      handlers: {} as never,
      maxStreams: 1,
    });
    await expect(starting).rejects.toThrow(EnvError);
    await expect(starting).rejects.toThrow(new RegExp(`KEDA_PORT: cannot listen on 127.0.0.1:${port}: .*EADDRINUSE`));
    other.close();
    await once(other, 'close');
  });
});
