import { describe, expect, it } from '@jest/globals';
import { decodeAttempts, encodeAttempt, type FailedAttempt } from './attempt.js';

const attempt: FailedAttempt = {
  number: 2,
  startedAt: 1_000,
  finishedAt: 2_000,
  worker: 'host:7',
  error: { code: 'http-status', message: 'answered 503 "später"\n' },
  retryInMs: 500,
};

describe('attempts', () => {
  it('are read as they were written, a line each', () => {
    const last = { ...attempt, number: 3, retryInMs: undefined };
    const lines = [attempt, last].map(encodeAttempt);
    expect(lines.every((line) => !line.includes('\n'))).toBe(true);
    expect(decodeAttempts(lines)).toEqual([attempt, last]);
  });

  it('are told from what others wrote there', () => {
    const foreign = [
      '',
      'Error: boom\n    at run (file.js:1:1)',
      'null',
      '7',
      '"text"',
      '[]',
      '{}',
      '{"number":1}',
      '{"number":1,"startedAt":2,"error":"not ours"}',
      '{"number":"1","startedAt":2,"finishedAt":3,"worker":"w","error":{"code":"c","message":"m"}}',
      '{"number":1,"startedAt":2,"error":{"code":"c","message":"m"}}',
      '{"number":1,"startedAt":2,"finishedAt":null,"worker":"w","error":null}',
    ];
    expect(decodeAttempts([...foreign, encodeAttempt(attempt), ...foreign])).toEqual([attempt]);
  });
});
