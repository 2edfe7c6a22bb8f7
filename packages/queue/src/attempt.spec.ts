import { describe, expect, it } from '@jest/globals';
import { encodeAttempt, encodeRedrive, type FailedAttempt, readHistory } from './attempt.js';

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
    expect(readHistory(lines)).toEqual({ failures: [attempt, last], current: [attempt, last], redrives: 0, redrivenAt: undefined });
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
    expect(readHistory([...foreign, encodeAttempt(attempt), ...foreign]).failures).toEqual([attempt]);
  });

  it('count anew after each redrive, and stay on record', () => {
    const [first, second, third] = [1, 2, 3].map((number) => ({ ...attempt, number })) as [FailedAttempt, FailedAttempt, FailedAttempt];
    const lines = [encodeAttempt(first), encodeRedrive(10), encodeAttempt(second), encodeRedrive(20), 'foreign', encodeAttempt(third)];
    expect(readHistory(lines)).toEqual({ failures: [first, second, third], current: [third], redrives: 2, redrivenAt: 20 });
    expect(readHistory(lines.slice(0, 4))).toEqual({ failures: [first, second], current: [], redrives: 2, redrivenAt: 20 });
  });
});
