import { rm } from 'node:fs/promises';
import { waitFor } from '@dts/testkit';
import { request } from 'undici';
import type { Load } from '../load/load.js';
import { AT_ONCE, MIXED } from '../load/submission.js';
import { CHECKOUT } from '../stage/built.js';
import { Fleet, GATEWAYS, SCALER, WORKERS } from '../stage/fleet.js';
import { pickUps } from '../stage/pick-up.js';
import type { Stage } from '../stage/stage.js';
import { buildNextVersion, LATER_MEMBER } from '../versions/next-version.js';
import type { Scenario } from './scenario.js';

/** Submissions whose payload only the next version knows, once every gateway is of that. */
const LATER_PER_SECOND = 25;
/** More than there are ever under way, so that the load does not wait for answers. */
const CLIENTS = 500;
const RUN_MS = 100;
const PICK_UP_MS = 1_000;
/** Jobs of the next version that become due while workers of this one are there, and when there are no others. */
const LEFT_BEHIND = 20;
/** While a worker of the version before is there as well, which puts them off again: at chance, every five seconds. */
const READ_MS = 60_000;

export const rollingUpgrade: Scenario = {
  name: 'rolling-upgrade',
  fault: 'every worker, gateway and the scaler replaced one by one by a newer build with a larger payload schema, and taken back',
  load: '500 submissions a second (100 unless --full), whatever the answers, to two gateways behind HAProxy',
  holds:
    'no request fails, no attempt used up, no stall, 99 of 100 start within 1 s; what the newer one stored waits for it after the rollback',
  control: 'a worker killed with -9 in place of SIGTERM',
  harm: 'repeated',
  once: true,
  untouched: true,
  quick: false,
  play: (stage, arm) => (arm === 'product' ? playProduct(stage) : playControl(stage)),
};

async function playProduct(stage: Stage): Promise<void> {
  const next = await buildNextVersion();
  stage.onLeave(() => rm(next, { recursive: true, force: true }));
  await stage.startRedis();
  stage.receiver.workMs = RUN_MS;
  const fleet = await Fleet.start(stage, CHECKOUT, { LOCK_DURATION: '' }); // a busy machine may be late to renew short ones
  const since = Date.now();
  const load = startLoad(stage, fleet, stage.profile.steady);
  await replaceEach(stage, fleet, [...WORKERS, ...GATEWAYS, SCALER], next);
  const later = startLoad(stage, fleet, LATER_PER_SECOND, { [LATER_MEMBER]: 'the next version knows this' });
  const left = await leaveBehind(stage, fleet);
  await later.finish(stage.profile.drainMs); // callers go back first
  await replaceEach(stage, fleet, [...GATEWAYS, 'worker-1'], CHECKOUT);
  await promote(stage, fleet, left.slice(0, LEFT_BEHIND));
  await untilRun(stage, left.slice(0, LEFT_BEHIND), 'jobs of the newer version run while one of its workers is there');
  await replaceEach(stage, fleet, ['worker-2', SCALER], CHECKOUT);
  await promote(stage, fleet, left.slice(LEFT_BEHIND));
  await load.finish(stage.profile.drainMs);
  judge(stage, [load, later], since);
  expectWaiting(stage, left.slice(LEFT_BEHIND));
  await fleet.replace('worker-1', next);
  await untilRun(stage, left, 'jobs of the newer version that waited for it run once it is back');
  await stage.drain();
}

/** Killed, workers leave jobs that run a second time. */
async function playControl(stage: Stage): Promise<void> {
  await stage.startRedis();
  stage.receiver.workMs = RUN_MS;
  const [, worker] = await Promise.all([stage.startGateway(), stage.startWorker()]);
  stage.startLoad({ mix: AT_ONCE, perSecond: LATER_PER_SECOND });
  await stage.untilFault();
  stage.timeline.mark('worker kill -9');
  await worker.kill();
  await stage.startWorker();
  await stage.finish();
}

function startLoad(stage: Stage, { balancer }: Fleet, perSecond: number, extra?: Readonly<Record<string, string>>): Load {
  const mix = { ...MIXED, ordered: 0, extra };
  return stage.startLoad({ targets: () => [balancer.url], mix, perSecond, clients: CLIENTS, isOpen: true });
}

async function replaceEach(stage: Stage, fleet: Fleet, places: readonly string[], root: string): Promise<void> {
  for (const place of places) {
    stage.timeline.mark(place);
    const code = await fleet.replace(place, root);
    stage.expect(`${place} ends with 0`, code === 0, String(code));
  }
}

/** Jobs for a day later, with a payload of the next version. @returns their ids */
async function leaveBehind(stage: Stage, { balancer }: Fleet): Promise<readonly string[]> {
  const mix = { ...AT_ONCE, later: 100, extra: { [LATER_MEMBER]: 'left behind' } };
  const load = stage.startLoad({ targets: () => [balancer.url], mix, total: 2 * LEFT_BEHIND });
  await load.done();
  return [...load.acknowledged].map(([, { id }]) => id);
}

async function promote(stage: Stage, { balancer }: Fleet, ids: readonly string[]): Promise<void> {
  const headers = { authorization: `Bearer ${stage.apiKey}` };
  for (const id of ids) {
    const { statusCode, body } = await request(`${balancer.url}/v1/jobs/${id}:promote`, { method: 'POST', headers });
    const told = await body.text();
    if (statusCode !== 200) throw new Error(`${id} was not promoted: ${statusCode} ${told}`);
  }
}

async function untilRun(stage: Stage, ids: readonly string[], what: string): Promise<void> {
  const startedAt = performance.now();
  const allRan = await waitFor(() => ranOf(stage, ids) === ids.length, { timeoutMs: READ_MS }).catch(() => false);
  stage.expect(what, allRan, `${ranOf(stage, ids)} of ${ids.length} after ${Math.round(performance.now() - startedAt)} ms`);
}

/** Workers of the version before have looked at them by now: the load has drained past them. */
function expectWaiting(stage: Stage, ids: readonly string[]): void {
  const ran = ranOf(stage, ids);
  stage.expect('none of them runs in the version before', ran === 0, `${ran} of ${ids.length}`);
}

function ranOf({ executions }: Stage, ids: readonly string[]): number {
  const wanted = new Set(ids);
  return [...executions.byKey.values()].filter(({ jobs }) => [...jobs].some((id) => wanted.has(id))).length;
}

function judge(stage: Stage, loads: readonly Load[], since: number): void {
  const seconds = (Date.now() - since) / 1_000;
  const rate = (loads[0]?.count ?? 0) / seconds;
  stage.expect(
    'the load was as it should be',
    rate >= 0.95 * stage.profile.steady,
    `${Math.round(rate)} a second in ${Math.round(seconds)} s`,
  );
  const troubles = loads.flatMap((each) => [...each.troubles].map(([reason, times]) => `${reason} (${times})`));
  const asked = loads.reduce((sum, each) => sum + each.count, 0);
  stage.expect('no request fails', troubles.length === 0, troubles.join(', ') || `all of ${asked} succeeded at once`);
  const waits = loads.flatMap(({ acknowledged }) => pickUps(acknowledged, stage.executions.byKey, since)).toSorted((a, b) => a - b);
  const within = (share: number) => waits[Math.ceil(waits.length * share) - 1] ?? Number.POSITIVE_INFINITY;
  const told = `half within ${within(0.5)} ms, 99 of 100 within ${within(0.99)} ms, all within ${within(1)} ms`;
  stage.expect(`99 of 100 jobs start within ${PICK_UP_MS} ms`, within(0.99) <= PICK_UP_MS, told);
}
