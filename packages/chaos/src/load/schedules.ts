import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';
import type { Ledger } from '../ledger/ledger.js';

const AGAIN_MS = 200;
const TRIES = 50;

export interface ScheduleOptions {
  readonly url: string;
  readonly apiKey: string;
  /** Of the key. */
  readonly tenant: string;
  readonly ledger: Ledger;
  readonly urlOf: (key: string) => string;
  /** Milliseconds between two runs. */
  readonly every: number;
}

/** @returns what the runs of each call */
export function putSchedules(count: number, options: ScheduleOptions): Promise<readonly string[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => putSchedule(`schedule-${index + 1}`, options)));
}

/** Creates a schedule, again until it is acknowledged, and writes that down. @returns what its runs call */
async function putSchedule(id: string, options: ScheduleOptions): Promise<string> {
  const { url, apiKey, tenant, ledger, urlOf, every } = options;
  const body = JSON.stringify({ every, overlap: 'allow', job: { name: 'http.request', payload: { method: 'GET', url: urlOf(id) } } });
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  let told = '';
  for (let tries = 0; tries < TRIES; tries++) {
    const response = await request(`${url}/v1/schedules/${id}`, { method: 'PUT', headers, body });
    told = `${response.statusCode} ${await response.body.text()}`;
    if (response.statusCode === 200 || response.statusCode === 201) {
      await ledger.record({ kind: 'schedule', at: Date.now(), key: id, id: `${tenant}/${id}` });
      return id;
    }
    await delay(AGAIN_MS);
  }
  throw new Error(`the schedule ${id} was not taken: ${told}`);
}
