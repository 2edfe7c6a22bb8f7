import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { Terminal } from './terminal.js';

function relayed(verbose: boolean, lines: readonly (readonly [string, string, 'stdout' | 'stderr'])[]): string[] {
  const err = new PassThrough();
  const terminal = new Terminal(verbose, new PassThrough(), err);
  for (const [name, line, stream] of lines) terminal.relay(name, line, stream);
  return String(err.read() ?? '')
    .split('\n')
    .slice(0, -1);
}

const LINES = [
  ['worker', '{"level":30,"msg":"job done"}', 'stdout'],
  ['worker', '{"level":50,"msg":"cannot fetch","err":{"message":"connect ECONNREFUSED"}}', 'stdout'],
  ['worker', '{"level":50,"msg":"cannot fetch","err":{"message":"connect ECONNREFUSED"}}', 'stdout'],
  ['scaler', '{"level":50,"msg":"cannot fetch"}', 'stdout'],
  ['gateway', '{ not json', 'stdout'],
  ['gateway', 'Error: thrown', 'stderr'],
  ['redis', '1:M 1 Jan 2026 00:00:00.000 # a warning', 'stdout'],
] as const;

describe('Terminal', () => {
  it('shows what warns, once while it is repeated', () => {
    expect(relayed(false, LINES)).toEqual(['worker  cannot fetch: connect ECONNREFUSED', 'scaler  cannot fetch', 'gateway Error: thrown']);
  });

  it('shows every line when verbose', () => {
    expect(relayed(true, LINES)).toHaveLength(LINES.length);
  });
});
