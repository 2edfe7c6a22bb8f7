import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stack, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api } from './api.js';

const [OLD, NEW] = ['old', 'new'].map((name) => ({ name, secret: `${name}-`.padEnd(40, '0') })) as [Key, Key];
const CALLERS = 4;
const PAYLOAD = { method: 'GET', url: 'http://127.0.0.1:9/' };

interface Key {
  readonly name: string;
  readonly secret: string;
}

let dir: string;
let stack: Stack;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dts-keys-'));
  await write([OLD]);
  stack = await startStack({ apps: ['scaler'], env: { API_KEYS_FILE: file() } });
});
afterAll(async () => {
  await stack?.stop();
  await rm(dir, { recursive: true });
});

const file = () => join(dir, 'keys.json');

/** As whatever mounts secrets does it: readers see the one or the other, whole. */
async function write(keys: readonly Key[], more: object = {}): Promise<void> {
  const entries = keys.map(({ name, secret }) => ({
    id: name,
    key: secret,
    scopes: ['jobs:submit', 'ops:write'],
    tenant: 'acme',
    ...more,
  }));
  await writeFile(`${file()}.next`, JSON.stringify(entries));
  await rename(`${file()}.next`, file());
}

const gatewayKnows = async ({ secret }: Key) => (await submit(secret)).status !== 401;
const submit = (secret: string) => new Api(stack.url, secret).call('POST', '/v1/jobs', { name: 'http.request', payload: PAYLOAD });

async function scalerKnows({ secret }: Key): Promise<boolean> {
  const url = `${stack.apps.get('scaler')?.url}/v1/pools/none/pin`;
  return (await fetch(url, { method: 'DELETE', headers: { authorization: `Bearer ${secret}` } })).status !== 401;
}

/** Callers who submit without a pause, each with the key that it has been given by then. */
class Load {
  key = OLD;
  readonly answers: number[] = [];
  private ending = false;
  private readonly callers = Promise.all(Array.from({ length: CALLERS }, () => this.call()));

  async end(): Promise<void> {
    this.ending = true;
    await this.callers;
  }

  private async call(): Promise<void> {
    while (!this.ending) this.answers.push((await submit(this.key.secret)).status);
  }
}

describe('keys in a file', () => {
  it('are replaced under load, without a restart and without a request that is refused', async () => {
    const load = new Load();
    try {
      await write([OLD, NEW]);
      await waitFor(async () => (await gatewayKnows(NEW)) && (await scalerKnows(NEW)), { describe: 'the new key to be known' });
      expect([await gatewayKnows(OLD), await scalerKnows(OLD)]).toEqual([true, true]);
      load.key = NEW;
      const before = load.answers.length;
      // By then nobody waits for an answer to the old one.
      await waitFor(() => load.answers.length > before + 2 * CALLERS, { describe: 'callers to have the new key' });
      await write([NEW]);
      await waitFor(async () => !((await gatewayKnows(OLD)) || (await scalerKnows(OLD))), { describe: 'the old key to be known no more' });
    } finally {
      await load.end();
    }
    expect(new Set(load.answers)).toEqual(new Set([201]));
    expect(stack.gateway.output).not.toContain(NEW.secret);
  });

  it('stay as they are while the file is wrong, which the log tells once, without a key', async () => {
    await writeFile(file(), `[{"id":"new","key":"${NEW.secret}`);
    await waitFor(() => stack.gateway.output.includes(`the API keys stay as they were: API_KEYS_FILE ${file()}: is not JSON`));
    expect(await gatewayKnows(NEW)).toBe(true);
    await write([NEW, OLD]);
    await waitFor(() => gatewayKnows(OLD), { describe: 'the mended file to be read' });
    expect(stack.gateway.output.match(/stay as they were/g)).toHaveLength(1);
    expect(stack.gateway.output).not.toContain(NEW.secret);
  });

  it('bring the limit that they have by then', async () => {
    await write([NEW], { rateLimit: { perSecond: 0.001, burst: 1 } });
    await waitFor(async () => (await submit(NEW.secret)).status === 429, { describe: 'the limit' });
    await write([NEW]);
    await waitFor(async () => (await submit(NEW.secret)).status === 201, { describe: 'the limit to be gone' });
  });
});
