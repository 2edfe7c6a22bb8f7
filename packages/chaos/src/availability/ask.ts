import { setTimeout as delay } from 'node:timers/promises';
import { type Dispatcher, request } from 'undici';
import type { Probe, ProbeKind } from './probe.js';

/** A caller that waits longer than this has given up. */
const PATIENCE_MS = 2_000;
/** For how long a caller repeats what has failed. */
const REPEATED_MS = 5_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

export interface Question {
  readonly kind: ProbeKind;
  readonly url: string;
  readonly options: Pick<Dispatcher.RequestOptions, 'method' | 'headers' | 'body'>;
  /** Of a success. */
  readonly take: (body: unknown) => unknown;
}

interface Answer {
  readonly answer: string;
  readonly isOk: boolean;
}

/** Asks; what fails is judged by that, and asked again, as a caller would, to know when it would have succeeded. */
export async function ask(question: Question, at: number, dispatcher: Dispatcher): Promise<Probe> {
  const startedAt = performance.now();
  const first = await askOnce(question, dispatcher);
  const probe = { kind: question.kind, at, ms: Math.round(performance.now() - startedAt), ...first };
  if (first.isOk) return probe;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    if (performance.now() - startedAt + pause > REPEATED_MS) return { ...probe, recoveredMs: null };
    await delay(pause);
    const { isOk } = await askOnce(question, dispatcher);
    const recoveredMs = Math.round(performance.now() - startedAt);
    if (isOk) return { ...probe, recoveredMs: recoveredMs <= REPEATED_MS ? recoveredMs : null };
  }
}

async function askOnce({ url, options, take }: Question, dispatcher: Dispatcher): Promise<Answer> {
  try {
    const response = await request(url, { ...options, dispatcher, signal: AbortSignal.timeout(PATIENCE_MS) });
    const text = await response.body.text();
    const isOk = response.statusCode >= 200 && response.statusCode < 300;
    if (isOk) await take(JSON.parse(text));
    return { answer: String(response.statusCode), isOk };
  } catch (error) {
    const { name, code = name } = error as NodeJS.ErrnoException;
    return { answer: name === 'TimeoutError' ? 'no answer in time' : String(code), isOk: false }; // its code is a number, 23
  }
}
