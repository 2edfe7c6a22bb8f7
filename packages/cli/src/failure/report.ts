import { SchedulerError } from '@dts/client';
import { CommanderError } from 'commander';
import type { Palette } from '../output/palette.js';
import { printable, printableLines } from '../output/printable.js';
import { EXIT, exitCodeOf } from './exit-code.js';

const PLACES = 'DTS_URL or --url says where the gateway is, DTS_SCALER_URL or --scaler-url where the scaler is.';

const HINTS: Readonly<Record<string, string>> = {
  network: `Is it running there? \`npm start\` runs a gateway and a scaler. ${PLACES}`,
  timeout: `It is slow or cut off. ${PLACES}`,
  'bad-answer': `Something else may answer there. ${PLACES}`,
  'not-found': `The URL may lead past what was meant. ${PLACES}`,
  unauthenticated: 'DTS_API_KEY or --api-key-file gives the key.',
};

/** Of what did not come to the gateway, by the exit code. */
const OWN_CODES: Readonly<Record<number, string>> = {
  [EXIT.usage]: 'usage',
  [EXIT.notFound]: 'not-found',
  [EXIT.auth]: 'unauthenticated',
};

/** For people: what is wrong, each wrong place with its pointer, what to do. */
export function describeFailure(error: unknown, paint: Palette): string {
  if (!(error instanceof SchedulerError)) return `${paint('red', 'dts:')} ${printableLines((error as Error).message)}\n`;
  const [first, ...more] = new Set([error.title, error.detail].filter((text) => text !== undefined && text !== ''));
  const hint = HINTS[error.code];
  return [
    `${paint('red', 'dts:')} ${printable(first ?? error.code)}`,
    ...more.map((line) => `  ${printable(line ?? '')}`),
    ...places(error, paint),
    ...(error.code === 'network' ? causes(error) : []),
    ...(hint ? [`  ${hint}`] : []),
    ...(error.status >= 500 && error.requestId ? [`  The log there has it under request ${printable(error.requestId)}.`] : []),
    ...(error.jobId ? [`  If it was stored, it is job ${printable(error.jobId)}.`] : []),
    '',
  ].join('\n');
}

/** The same for programs, as one line of JSON. */
export function failureDocument(error: unknown): unknown {
  const exitCode = exitCodeOf(error);
  if (!(error instanceof SchedulerError))
    return { error: { code: OWN_CODES[exitCode] ?? 'failed', detail: messageOf(error as Error), exitCode } };
  const { status, code, title, detail, errors, requestId, jobId } = error;
  return { error: { status, code, title, detail, errors, requestId, jobId, exitCode } };
}

/** Commander's begin with a word for people, and where it prints help there is none. */
function messageOf(error: Error): string {
  if (!(error instanceof CommanderError)) return error.message;
  return error.code === 'commander.help' ? 'There is no command: --help lists them.' : error.message.replace(/^error: /, '');
}

function places(error: SchedulerError, paint: Palette): string[] {
  const names = error.errors.map(({ pointer, parameter }) => printable(parameter ?? (pointer || '(all of it)')));
  const width = Math.max(0, ...names.map((name) => name.length));
  return error.errors.map(({ detail }, index) => `  ${paint('yellow', (names[index] ?? '').padEnd(width))}  ${printable(detail)}`);
}

function causes(error: Error): string[] {
  const lines: string[] = [];
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    if (cause.message !== '' && cause.message !== 'fetch failed') lines.push(`  ${printable(cause.message)}`);
  }
  return lines;
}
