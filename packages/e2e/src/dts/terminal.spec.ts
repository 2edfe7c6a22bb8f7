import { createSignal, type Receiver, type Stack, startReceiver, startStack, waitFor } from '@dts/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Api } from '../api.js';
import { Terminal, type TerminalOptions } from './terminal.js';

let stack: Stack;
let receiver: Receiver;
let api: Api;
let env: Readonly<Record<string, string>>;
const open: Terminal[] = [];

beforeAll(async () => {
  receiver = await startReceiver();
  stack = await startStack();
  api = new Api(stack.url, stack.apiKey);
  env = { DTS_URL: stack.url, DTS_API_KEY: stack.apiKey };
});

afterEach(() => Promise.all(open.splice(0).map((terminal) => terminal.close())));

afterAll(async () => {
  await stack?.stop();
  await receiver?.stop();
});

async function start(args: readonly string[], options: Partial<TerminalOptions> = {}): Promise<Terminal> {
  const terminal = await Terminal.start({ args, env, ...options });
  open.push(terminal);
  return terminal;
}

describe('dts top in a terminal', () => {
  const top = (options: Partial<TerminalOptions> = {}) => start(['top', '--interval', '200ms'], options);

  it('shows queues, their history and workers at 80 by 24, live, until q', async () => {
    const terminal = await top();
    await terminal.until(/^Slots ░+ 0 of \d+ busy, 1 worker$/m);
    expect(terminal.isFullScreen).toBe(true);
    await terminal.until(/^io .*\n {2}waiting .*active /m);
    await api.submit('http.request', { url: `${receiver.url}/later`, method: 'GET' }, { delay: 3_600_000 });
    await api.submit('http.request', { url: 'http://127.0.0.1:9/refused', method: 'GET' }, { attempts: 1 });
    await terminal.until(/^io +0 +0 +1 /m);
    expect(terminal.lines.at(-1)).toMatch(/^q quit/);
    terminal.type('q');
    expect(await terminal.ended).toEqual({ code: 0, signal: null });
    expectGivenBack(terminal);
  });

  it('follows the size of the terminal', async () => {
    const terminal = await top();
    await terminal.until(/^Slots /m);
    await terminal.resize(120, 40);
    await terminal.until(/SCHEDULED/);
    await waitFor(() => /^q quit/.test(terminal.lines.at(-1) ?? ''), { describe: 'the last line of a picture that is drawn whole' });
    await terminal.resize(60, 12);
    const fits = () => /^q quit/.test(terminal.lines.at(-1) ?? '') && /^QUEUE +WAITING +ACTIVE[\s\S]*^rate-li/m.test(terminal.text);
    await waitFor(fits, { timeoutMs: 15_000, describe: 'a picture of the new size' });
    terminal.type('q');
    expect((await terminal.ended).code).toBe(0);
  });

  it.each([
    ['Ctrl-C', (terminal: Terminal) => terminal.type('\x03'), 130],
    ['SIGINT', (terminal: Terminal) => terminal.signal('SIGINT'), 130],
    ['SIGTERM', (terminal: Terminal) => terminal.signal('SIGTERM'), 143],
  ])('gives the terminal back on %s', async (_what, end, code) => {
    const terminal = await top();
    await terminal.until(/^Slots /m);
    end(terminal);
    expect((await terminal.ended).code).toBe(code);
    expectGivenBack(terminal);
  });

  it('stands still while it is paused', async () => {
    const terminal = await top();
    await terminal.until(/every 200ms/);
    terminal.type(' ');
    await terminal.until(/UTC {2}paused/);
    const before = terminal.text;
    await api.submit('http.request', { url: 'http://127.0.0.1:9/refused', method: 'GET' }, { delay: 3_600_000 });
    expect(terminal.text).toBe(before);
    terminal.type(' ');
    await terminal.until(/every 200ms/);
    terminal.type('q');
    await terminal.ended;
  });

  it('says that the gateway does not answer, and goes on when it does', async () => {
    const gateway = await stack.start('gateway');
    const terminal = await top({ env: { ...env, DTS_URL: gateway.url } });
    await terminal.until(/every 200ms/);
    await gateway.kill();
    await terminal.until(/no answer/);
    expect(terminal.isFullScreen).toBe(true);
    await stack.start('gateway', { PORT: String(gateway.port) });
    await terminal.until(/every 200ms/, 30_000);
    terminal.type('q');
    expect((await terminal.ended).code).toBe(0);
  }, 60_000);

  it('ends with 4, and the terminal given back, when the key may not', async () => {
    const terminal = await top({ env: { ...env, DTS_API_KEY: 'wrong' } });
    expect((await terminal.ended).code).toBe(4);
    expect(terminal.isFullScreen).toBe(false);
    expect(terminal.text).toMatch(/dts: /);
  });
});

describe('dts watch in a terminal', () => {
  it('shows states in colours and progress as a bar, and leaves no bar behind', async () => {
    const held = createSignal('held');
    receiver.respond = async ({ method }) => {
      if (method === 'PUT') await held.wait(30_000);
      return { headers: { 'content-type': 'image/png' }, body: PIXEL };
    };
    const id = await api.submit('image.thumbnail', {
      sourceUrl: `${receiver.url}/in.png`,
      destinationUrl: `${receiver.url}/out`,
      width: 1,
    });
    const terminal = await start(['watch', id]);
    await terminal.until(/█+░* 80%/);
    held.set();
    expect((await terminal.ended).code).toBe(0);
    await waitFor(() => terminal.text.includes('completed'));
    expect(terminal.text).not.toMatch(/░|█/);
    expect(terminal.raw).toContain('\x1b[32mcompleted');
    expect(terminal.raw.lastIndexOf('\x1b[?25h')).toBeGreaterThan(terminal.raw.lastIndexOf('\x1b[?25l'));
  });

  it('has no colours with NO_COLOR', async () => {
    const id = await api.submit('http.request', { url: `${receiver.url}/x`, method: 'GET' }, { delay: 3_600_000 });
    const terminal = await start(['get', id], { env: { ...env, NO_COLOR: '1' } });
    await terminal.ended;
    expect(terminal.text).toContain('scheduled');
    expect(terminal.raw).not.toContain('\x1b[');
  });
});

/** A PNG of one pixel. */
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64');

/** The screen of before, a cursor, and lines that wrap. */
function expectGivenBack(terminal: Terminal): void {
  expect(terminal.isFullScreen).toBe(false);
  for (const [on, off] of [
    ['\x1b[?25h', '\x1b[?25l'],
    ['\x1b[?7h', '\x1b[?7l'],
  ] as const) {
    expect(terminal.raw.lastIndexOf(on)).toBeGreaterThan(terminal.raw.lastIndexOf(off));
  }
}
