import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { type Fixture, startApp } from './fixtures/start-app.js';

const ENV = { NEEDED: 'yes', PORT: '0', LOG_FORMAT: 'json', HOST: '127.0.0.1' };

async function listening(env: Record<string, string> = {}): Promise<Fixture & { url: string }> {
  const app = startApp({ ...ENV, ...env });
  return { ...app, url: await app.listening() };
}

describe('runApp', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('drains on %s: what is in flight is answered, then it exits with 0', async (signal) => {
    await using app = await listening();
    await expect(fetch(`${app.url}/readyz`).then((response) => response.status)).resolves.toBe(200);
    const held = once(app.process, 'message');
    const answer = fetch(`${app.url}/hold`);
    await held;
    app.process.kill(signal);
    const response = await answer;
    await expect(response.json()).resolves.toEqual({ answered: 'while draining' });
    expect(response.headers.get('connection')).toBe('close');
    await expect(app.exited).resolves.toBe(0);
    expect(app.log().at(-1)).toMatchObject({ msg: `stopping: ${signal}` });
    expect(app.output().stderr).toBe('');
  });

  it('does not wait for a connection that somebody has opened ahead', async () => {
    await using app = await listening();
    const { port } = new URL(app.url);
    const ahead = connect(Number(port), '127.0.0.1');
    await once(ahead, 'connect');
    await fetch(`${app.url}/readyz`); // by now the app knows of the connection before it
    app.process.kill('SIGTERM');
    await expect(app.exited).resolves.toBe(0);
    ahead.destroy();
  });

  it('stops when the process that supervises it is gone', async () => {
    await using app = await listening();
    app.process.disconnect();
    await expect(app.exited).resolves.toBe(0);
    expect(app.log().at(-1)).toMatchObject({ msg: 'stopping: the supervising process is gone' });
  });

  it('stops as well when whoever read its log is gone with that process', async () => {
    await using app = await listening();
    app.process.stdout?.destroy();
    app.process.disconnect();
    await expect(app.exited).resolves.toBe(0);
  });

  it('stops in order when it cannot work any more, and exits with 1 for its supervisor to see', async () => {
    await using app = await listening();
    const response = await fetch(`${app.url}/fail`);
    expect(await response.text()).toBe('failing');
    await expect(app.exited).resolves.toBe(1);
    expect(app.log().at(-1)).toMatchObject({ msg: 'stopping: cannot work any more' });
  });

  it('says in one line that the port is in use, and exits with 1', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    await using app = startApp({ ...ENV, PORT: String(port) });
    await expect(app.exited).resolves.toBe(1);
    taken.close();
    expect(app.output().stderr).toBe(`fixture: port ${port} on 127.0.0.1 is already in use: stop what uses it, or set PORT\n`);
    expect(app.output().stdout).not.toContain('EADDRINUSE');
    expect(app.log().at(-1)).toMatchObject({ msg: 'stopping: it cannot listen' });
  });

  it('says everything that is wrong with its environment, and exits with 1', async () => {
    await using app = startApp({ PORT: 'http', SHUTDOWN_GRACE: 'long', LOG_FORMAT: 'xml' });
    await expect(app.exited).resolves.toBe(1);
    const { stderr, stdout } = app.output();
    expect(stderr.split('\n')[0]).toBe('fixture: The environment is not usable:');
    for (const name of ['PORT', 'SHUTDOWN_GRACE', 'LOG_FORMAT', 'NEEDED']) expect(stderr).toMatch(new RegExp(`^ {2}${name}: .+$`, 'm'));
    expect(stderr).not.toContain('    at ');
    expect(stdout).toBe('');
  });
});

describe('createLogger', () => {
  it('keeps secrets out of the log, wherever they stand', async () => {
    const secrets = {
      authorization: 's3cret',
      cookie: 's3cret',
      apiKey: 's3cret',
      key: 's3cret',
      password: 's3cret',
      payload: { to: 's3cret' },
    };
    const logged = { ...secrets, jobId: 'io_1', headers: secrets, request: { headers: secrets, method: 'GET' } };
    await using app = await listening({ LOG: JSON.stringify(logged) });
    expect(app.output().stdout).not.toContain('s3cret');
    const line = app.log().find(({ msg }) => msg === 'logged');
    expect(line).toMatchObject({ name: 'fixture', jobId: 'io_1', password: '[redacted]', request: { method: 'GET' } });
  });
});
