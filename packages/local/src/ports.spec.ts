import { startReceiver } from '@dts/testkit';
import { describe, expect, it } from '@jest/globals';
import { claimPort, findPort, freePort } from './ports.js';

const HOST = '127.0.0.1';

describe('claimPort', () => {
  it('says in one line what to do about a port in use', async () => {
    const other = await startReceiver();
    const { port } = other;
    await expect(claimPort(HOST, port)).rejects.toThrow(`Port ${port} on 127.0.0.1 is already in use: stop what uses it, or set PORT.`);
    await other.stop();
    await expect(claimPort(HOST, port)).resolves.toBe(port);
  });

  it('finds one when asked for any', async () => {
    await expect(claimPort(HOST, 0)).resolves.toBeGreaterThan(0);
  });

  it('refuses a HOST that is not of this machine', async () => {
    await expect(claimPort('192.0.2.1', 0)).rejects.toThrow('The gateway cannot listen on HOST 192.0.2.1');
  });
});

describe('findPort', () => {
  it('takes the preferred port, or another when that is taken or does not exist', async () => {
    const free = await freePort(HOST);
    await expect(findPort(HOST, free)).resolves.toBe(free);
    const other = await startReceiver();
    await expect(findPort(HOST, other.port)).resolves.not.toBe(other.port);
    await other.stop();
    await expect(findPort(HOST, 65_536)).resolves.toBeLessThan(32_768);
  });
});
