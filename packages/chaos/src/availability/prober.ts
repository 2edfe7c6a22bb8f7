/**
 * Asks from outside, in a process of its own, whether the service can be used: at a fixed rate, whatever becomes of what it asked before.
 * Writes `probes.jsonl`, and as `probe-ledger.jsonl` what its submissions were answered. Ends with SIGTERM.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent } from 'undici';
import { Ledger } from '../ledger/ledger.js';
import { ask, type Question } from './ask.js';
import type { Probe } from './probe.js';

/** Milliseconds between two rounds of all kinds. */
const PERIOD_MS = 100;

const { PROBE_URL = '', PROBE_API_KEY = '', PROBE_CALLS = '', PROBE_DIR = '' } = process.env;
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

const ledger = await Ledger.open(join(PROBE_DIR, 'probe-ledger.jsonl'));
const file = createWriteStream(join(PROBE_DIR, 'probes.jsonl'));
const agent = new Agent({ connectTimeout: 1_000 });
const headers = { authorization: `Bearer ${PROBE_API_KEY}`, 'content-type': 'application/json' };
const asking = new Set<Promise<void>>();
/** The newest job that was acknowledged. */
let newest: string | undefined;

console.log('probing');
for (let round = 0, next = Date.now(); !stop.signal.aborted; round++, next += PERIOD_MS) {
  await delay(Math.max(0, next - Date.now()), undefined, { signal: stop.signal }).catch(() => undefined);
  for (const question of questionsOf(round)) follow(ask(question, next, agent));
}
await Promise.all(asking);
await agent.close();
await ledger.close();
file.end();
await once(file, 'close');

function follow(asked: Promise<Probe>): void {
  const done = asked.then((probe) => void file.write(`${JSON.stringify(probe)}\n`));
  asking.add(done);
  void done.finally(() => asking.delete(done));
}

function questionsOf(round: number): Question[] {
  const ready: Question = { kind: 'ready', url: `${PROBE_URL}/readyz`, options: { method: 'GET' }, take: () => undefined };
  return [ready, submissionOf(`probe-${round}`), ...(newest === undefined ? [] : [readingOf(newest)])];
}

function submissionOf(key: string): Question {
  const body = JSON.stringify({ name: 'http.request', payload: { method: 'GET', url: PROBE_CALLS + key } });
  const options = { method: 'POST' as const, headers: { ...headers, 'idempotency-key': key }, body };
  let isKnown = false;
  const take = async (told: unknown) => {
    const { id } = told as { id: string };
    if (!isKnown) await ledger.record({ kind: 'acknowledged', at: Date.now(), key, id });
    isKnown = true;
    newest = id;
  };
  return { kind: 'submit', url: `${PROBE_URL}/v1/jobs`, options, take };
}

function readingOf(id: string): Question {
  return { kind: 'read', url: `${PROBE_URL}/v1/jobs/${id}`, options: { method: 'GET', headers }, take: () => undefined };
}
