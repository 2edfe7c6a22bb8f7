import { randomUUID } from 'node:crypto';
import { createLogger } from '@dts/runtime';
import { waitFor } from '@dts/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { NAMESPACE, type ScalerCluster, startScalerCluster } from '../fixtures/scaler-cluster.js';
import { KubernetesApi } from '../kubernetes/kubernetes-api.js';
import { LeaseElection } from './lease-election.js';

const logger = createLogger('scaler', { LOG_LEVEL: 'silent', LOG_FORMAT: 'json' });
const SAMPLE_MS = 10;

let cluster: ScalerCluster;
beforeAll(async () => {
  cluster = await startScalerCluster();
});
afterAll(() => cluster?.stop());

interface Candidate {
  readonly api: KubernetesApi;
  readonly election: LeaseElection;
}
const candidates: Candidate[] = [];
let mostAtOnce = 0;
let sampling: NodeJS.Timeout;
const leaders = () => candidates.filter(({ election }) => election.token !== undefined);

function start(count: number): void {
  for (let index = 0; index < count; index += 1) {
    const api = new KubernetesApi(cluster.access);
    const election = new LeaseElection(`scaler-${randomUUID()}`, api, { namespace: NAMESPACE, name: 'dts-scaler' }, logger);
    election.start(() => {});
    candidates.push({ api, election });
  }
  mostAtOnce = 0;
  sampling = setInterval(() => {
    mostAtOnce = Math.max(mostAtOnce, leaders().length);
  }, SAMPLE_MS);
}
afterEach(async () => {
  clearInterval(sampling);
  for (const { api, election } of candidates.splice(0)) {
    await election.stop();
    await api.close();
  }
});

/** Who leads once anybody does, other than `former`. */
const untilLed = (former?: Candidate, timeoutMs = 5_000) =>
  waitFor(() => leaders().find((candidate) => candidate !== former), { timeoutMs, describe: 'another leader' });

describe('an election by a Lease', () => {
  it('has one leader, and another at once when that one goes', async () => {
    start(3);
    const first = await untilLed();
    const token = first.election.token ?? Number.NaN;
    await waitFor(() => candidates.every(({ election }) => election.leader === first.election.leader));
    await first.election.stop();
    const second = await untilLed(first);
    expect(second.election.token).toBeGreaterThan(token);
    expect(first.election.token).toBeUndefined();
    expect(mostAtOnce).toBe(1);
  });

  it('has another leader within 20 seconds when the leader dies, and never two', async () => {
    start(2);
    const first = await untilLed();
    // It never reaches the API server again, as one that was killed.
    await first.api.close();
    const diedAt = performance.now();
    await untilLed(first, 20_000);
    expect(performance.now() - diedAt).toBeLessThan(20_000);
    expect(mostAtOnce).toBe(1);
  });

  it.each([
    ['is gone', () => cluster.kubernetes.killApiServer(), () => cluster.kubernetes.startApiServer()],
    ['does not answer', async () => cluster.kubernetes.pauseApiServer(), async () => cluster.kubernetes.resumeApiServer()],
  ])('has no leader while the API server %s for longer than the deadline, and one when it is back', async (_what, away, back) => {
    start(2);
    await untilLed();
    await away();
    await waitFor(() => leaders().length === 0, { timeoutMs: 15_000, describe: 'nobody to lead' });
    await back();
    await untilLed(undefined, 20_000);
    expect(mostAtOnce).toBe(1);
  });
});
