import { describe, expect, it } from '@jest/globals';
import { createProgram } from '../program.js';
import { createLookup, type Lookup } from './lookup.js';
import { suggest } from './suggest.js';

const program = createProgram({ out: process.stdout, err: process.stderr, env: {} }, () => async () => {}, { json: true, color: true });

/** A gateway that knows little. */
const lookup: Lookup = async (placeholder, operands) => {
  if (placeholder === 'job-type') return [{ value: 'http.request' }, { value: 'email.send' }];
  if (placeholder === 'queue') return [{ value: 'io' }, { value: 'cpu' }];
  if (placeholder === 'pool') return [{ value: 'default' }];
  return placeholder === 'key=value' && operands[0] === 'http.request' ? [{ value: 'url=' }, { value: 'method=' }] : [];
};

const values = async (line: string) => (await suggest(program, line.split(' ').slice(1), lookup)).map(({ value }) => value);

describe('suggest', () => {
  it.each([
    ['dts dead', ['dead-letters']],
    ['dts queues ', ['ls', 'get', 'pause', 'resume', 'limits']],
    ['dts dl re', ['redrive']],
    ['dts tenants limits s', ['set']],
    ['dts --json que', ['queues']],
    ['dts --url http://x work', ['workers']],
    ['dts submit ', ['http.request', 'email.send']],
    ['dts submit e', ['email.send']],
    ['dts submit http.request ', ['url=', 'method=']],
    ['dts submit http.request url=x m', ['method=']],
    ['dts submit http.request --ta', ['--tag']],
    ['dts list --que', ['--queue']],
    ['dts list --queue ', ['io', 'cpu']],
    ['dts list --queue=c', ['--queue=cpu']],
    ['dts list --queue = c', ['cpu']],
    ['dts list --queue =', ['io', 'cpu']],
    ['dts list --js', ['--json']],
    ['dts completion z', ['zsh']],
    ['dts schedules put x --overlap c', ['cancel-previous']],
    ['dts queues pause ', ['io', 'cpu']],
    ['dts queues pause io ', []],
    ['dts scaler st', ['status']],
    ['dts scaler pin ', ['default']],
    ['dts scaler status --sc', ['--scaler-url']],
    ['dts scaler decisions --pool ', ['default']],
    ['dts scaler simulate --policy ', []],
    ['dts list --api-key-file ', []],
    ['dts get ', []],
    ['dts nonsense ', []],
  ])('%j', async (line, expected) => expect(await values(line)).toEqual(expected));

  it('offers every command that the help shows', async () => {
    const visible = program.commands.map((command) => command.name());
    expect(await values('dts ')).toEqual(visible);
    expect(visible.length).toBeGreaterThan(15);
  });
});

describe('createLookup', () => {
  it('has nothing to suggest where there is no gateway', async () => {
    const fail = () => {
      throw new Error('no key');
    };
    const broken = createLookup({ gateway: fail, scaler: fail });
    expect(await broken('queue', [])).toEqual([]);
    expect(await broken('pool', [])).toEqual([]);
    expect((await broken('states', [])).length).toBe(8);
    expect((await broken('load', [])).map(({ value }) => value)).toEqual(['burst', 'ramp', 'sine', 'daily', 'spikes']);
  });
});
