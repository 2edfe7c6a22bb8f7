import { describe, expect, it } from '@jest/globals';
import { parseOptions } from './options.js';

function parse(args: string[], env = {}) {
  let printed = '';
  const print = (text: string) => {
    printed += text;
  };
  try {
    return { options: parseOptions(args, env, { out: print, err: print }), printed };
  } catch (error) {
    return { exitCode: (error as { exitCode: number }).exitCode, printed };
  }
}

describe('parseOptions', () => {
  it('has defaults, and takes the gateway from the environment', () => {
    const defaults = { count: 1_000, concurrency: 64, wait: false, url: 'http://127.0.0.1:3000', urlIsGiven: false, timeout: 120 };
    expect(parse([]).options).toEqual(defaults);
    const given = { url: 'http://gateway:1', urlIsGiven: true };
    expect(parse([], { DTS_URL: 'http://gateway:1' }).options).toMatchObject(given);
    expect(parse(['--url', 'http://gateway:1']).options).toMatchObject(given);
  });

  it.each([
    [['--count', '0'], "option '--count <n>' argument '0' is invalid. It must be a whole number from 1 to 10000000."],
    [['--concurrency', '1e3'], 'It must be a whole number from 1 to 10000.'],
    [['--file', 'x', '--count', '5'], "option '--file <path>' cannot be used with option '--count <n>'"],
    [['--fiel', 'x'], "unknown option '--fiel'"],
    [['x'], 'too many arguments'],
  ])('refuses %j', (args, reason) => {
    const { exitCode, printed } = parse(args);
    expect(exitCode).toBe(1);
    expect(printed).toContain(reason);
  });

  it('explains what it measures', () => {
    const { exitCode, printed } = parse(['--help']);
    expect(exitCode).toBe(0);
    expect(printed).toContain('from the acknowledgement to the arrival at the receiver');
  });
});
