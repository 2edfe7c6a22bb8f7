import { describe, expect, it } from '@jest/globals';
import { hurry, withoutTimes } from './hurry.js';
import { readRules, ruleTexts } from './rule-files.js';

const RULE = `
groups:
  - name: g
    rules:
      - alert: Late
        expr: rate(late:ratio_rate5m[1h]) > 300 and increase(x{le="10"}[5m]) > 5
        for: 10m
        labels: { severity: warning }
        annotations: { summary: 'for: 5m of [x]', description: 'in 5m', runbook_url: r }
`;

describe('hurry', () => {
  it('divides windows and waits, and nothing else', () => {
    expect(hurry(RULE, 60)).toBe(RULE.replace('[1h]', '[60s]').replace('[5m]', '[5s]').replace('for: 10m', 'for: 10s'));
  });

  it('makes nothing shorter than a second', () => {
    expect(hurry('        for: 30s\n', 600)).toBe('        for: 1s\n');
  });

  it.each([...ruleTexts()])('leaves every rule of %s as it is but for its times, and finds all of these', (_name, text) => {
    const hurried = hurry(text, 60);
    expect(withoutTimes(hurried)).toBe(withoutTimes(text));
    const rules = readRules(hurried).groups.flatMap((group) => group.rules);
    const times = rules.flatMap((rule) =>
      [...rule.expr.matchAll(/\[(.+?)\]/g)].map(([, time]) => time).concat('for' in rule ? rule.for : []),
    );
    expect(times.filter((time) => time !== undefined && !/^\d+s$/.test(time))).toEqual([]);
    expect(readRules(text).groups.map(({ name, rules: { length } }) => [name, length])).toEqual(
      readRules(hurried).groups.map(({ name, rules: { length } }) => [name, length]),
    );
  });
});
