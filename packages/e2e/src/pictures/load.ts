import { setTimeout as delay } from 'node:timers/promises';
import type { Api } from '../api.js';

const PULSE_MS = 250;
/** Of a wave that shows in the history: how many http.request a pulse, at its middle and beside it. */
const MIDDLE = 30;
const SWING = 22;
const WAVE_MS = 18_000;

/** Submits a mix of jobs, in waves, until it is told to stop. */
export async function submitInWaves(api: Api, receiverUrl: string, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  for (let pulse = 0; !signal.aborted; pulse++) {
    const wave = Math.sin(((performance.now() - startedAt) / WAVE_MS) * 2 * Math.PI);
    const jobs = Array.from({ length: Math.round(MIDDLE + SWING * wave) }, () => request(receiverUrl));
    if (pulse % 4 === 0) jobs.push(mail(), thumbnail(receiverUrl));
    if (pulse % 20 === 0) jobs.push({ name: 'http.request', payload: { url: `${receiverUrl}/refuse`, method: 'GET' } });
    await api.call('POST', '/v1/jobs:batch', { jobs });
    await delay(PULSE_MS, undefined, { signal }).catch(() => {});
  }
}

function request(receiverUrl: string): object {
  return { name: 'http.request', payload: { url: `${receiverUrl}/hooks/invoice`, method: 'POST', json: { invoice: 'INV-1042' } } };
}

function mail(): object {
  return { name: 'email.send', payload: { to: ['ada@example.com'], subject: 'Your invoice', text: 'It is attached.' } };
}

function thumbnail(receiverUrl: string): object {
  return {
    name: 'image.thumbnail',
    payload: { sourceUrl: `${receiverUrl}/in.png`, destinationUrl: `${receiverUrl}/out.webp`, width: 200 },
  };
}
