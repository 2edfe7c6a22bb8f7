// What the jobs of every Node contender do. They call with the HTTP client that our worker has.
import { openSync, writeSync } from 'node:fs';
import { Agent, request } from 'undici';

const { RECEIVER_URL, TALLY } = process.env;
const tally = openSync(TALLY, 'a');
const agent = new Agent();

/** A job that does nothing leaves its mark itself, one that calls leaves it with the receiver. */
export async function run({ kind, number, url, text }) {
  if (kind === 'noop') {
    writeSync(tally, `${String(number).padStart(7, '0')}\n`);
    return;
  }
  const answer = await request(url, { method: 'POST', body: text, headers: { 'content-type': 'text/plain' }, dispatcher: agent });
  const body = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${body}`);
}

/** Some 200 bytes each. */
export function payloads(kind, count) {
  const text = 'x'.repeat(120);
  return Array.from({ length: count }, (_, number) => ({ kind, number, url: `${RECEIVER_URL}/jobs/${number}`, text }));
}
