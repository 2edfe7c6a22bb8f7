import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DockerEngine, Receiver, startNode, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CHECKOUT, ComposeProject } from './compose-project.js';
import { buildImages } from './images.js';
import { buildNextImages, LATER_MEMBER } from './next-images.js';
import { SteadyLoad } from './steady-load.js';

const report = (line: string) => void process.stderr.write(`${line}\n`);

const PER_SECOND = 500;
/** Of a payload that only the next version knows. */
const LATER_PER_SECOND = 25;
const PICK_UP_MS = 1_000;
const GATEWAYS = ['gateway', 'gateway-2'];
const ALL = ['redis', ...GATEWAYS, 'balancer', 'worker', 'scaler'];
const UP = ['up', '--detach', '--wait', '--no-build'];

let engine: DockerEngine;
let project: ComposeProject;
let receiver: Receiver;
beforeAll(async () => {
  engine = await DockerEngine.start();
  await buildImages(engine, report);
  await buildNextImages(engine);
  project = await ComposeProject.create(engine, 'balanced');
  await project.compose(...UP, '--scale', 'worker=2', ...ALL);
  receiver = await new Receiver().start(await project.hostAddress('queue'));
}, 40 * 60_000);
afterAll(async () => {
  await receiver?.stop();
  await project?.remove();
  await engine?.stop();
}, 180_000);

describe('two gateways behind HAProxy, two workers and a scaler', () => {
  it('are replaced one by one by a newer version, and taken back, and no request fails', async () => {
    const ledger = join(project.dir, 'ledger.jsonl');
    const urlOf = (key: string) => `${receiver.url}/run/${key}`;
    const options = { url: project.url('balancer'), apiKey: await project.apiKey(), urlOf, ledger };
    const startedAt = Date.now();
    const load = new SteadyLoad({ ...options, name: 'steady', perSecond: PER_SECOND });
    await replaceWorkers('next');
    for (const service of [...GATEWAYS, 'scaler']) await replace(service, 'next');
    const later = new SteadyLoad({
      ...options,
      name: 'later',
      perSecond: LATER_PER_SECOND,
      extra: { [LATER_MEMBER]: 'known to the next' },
    });
    await waitFor(() => later.acknowledged.size >= LATER_PER_SECOND, { timeoutMs: 30_000 });
    await later.finish();
    for (const service of GATEWAYS) await replace(service, 'local');
    await replaceWorkers('local');
    await replace('scaler', 'local');
    await load.finish();
    const seconds = (Date.now() - startedAt) / 1_000;

    expect([...load.failures, ...later.failures].slice(0, 5)).toEqual([]);
    expect(load.count / seconds).toBeGreaterThan(0.95 * PER_SECOND);
    await receiver.waitForCount(load.count + later.count, 60_000);
    const waits = waitsOf(load, later);
    const within = (share: number) => Number(waits[Math.ceil(waits.length * share) - 1]);
    report(
      `${waits.length} submissions in ${Math.round(seconds)} s, none failed; half of the jobs started within ${within(0.5)} ms, 99 of 100 within ${within(0.99)} ms, all within ${within(1)} ms.`,
    );
    expect(receiver.requests).toHaveLength(load.count + later.count); // none ran twice
    expect(within(0.99)).toBeLessThanOrEqual(PICK_UP_MS);
    const audited = await audit(ledger);
    report(audited);
    expect(audited).toMatch(/^lost +0$/m);
    expect(audited).toMatch(/^dead +0$/m);
    expect(audited).toMatch(/^stalls +0$/m);
    expect(audited).toMatch(/^burned +0$/m);
  }, 900_000);
});

async function replace(service: string, version: string): Promise<void> {
  await project.composeAs(version, ...UP, '--no-deps', service);
  report(`${service}: ${version}`);
}

/** Compose replaces all containers of a service at once: one is taken away, and what is missing comes from the other image. */
async function replaceWorkers(version: string): Promise<void> {
  const ids = (await project.compose('ps', '--quiet', 'worker')).split('\n').filter((id) => id !== '');
  for (const id of ids) {
    await engine.docker(['stop', '--time', '30', id]);
    await engine.docker(['rm', id]);
    await project.composeAs(version, ...UP, '--no-deps', '--no-recreate', '--scale', 'worker=2', 'worker');
    report(`a worker: ${version}`);
  }
  expect(ids).toHaveLength(2);
}

/** Milliseconds from each acknowledgement until the job called, the shortest first. */
function waitsOf(...loads: readonly SteadyLoad[]): number[] {
  const calledAt = new Map(receiver.requests.map(({ path, receivedAt }) => [path.slice('/run/'.length), receivedAt]));
  const waits = loads.flatMap(({ acknowledged }) => [...acknowledged].map(([key, at]) => (calledAt.get(key) ?? Number.NaN) - at));
  return waits.sort((a, b) => a - b);
}

/** @throws Error with what it found */
async function audit(ledger: string): Promise<string> {
  const redis = readFileSync(join(project.dir, '.data/redis-url'), 'utf8').trim();
  const program = join(CHECKOUT, 'packages/chaos/dist/audit/main.js');
  const auditor = await startNode(program, { args: ['--ledger', ledger, '--redis', redis, '--complete'] });
  const { code } = await auditor.exited;
  if (code !== 0) throw new Error(`the audit ended with ${code}; ${auditor.tail}`);
  return auditor.stdout;
}
