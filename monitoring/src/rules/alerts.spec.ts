import { readdirSync, readFileSync } from 'node:fs';
import { METRICS } from '@dts/runtime/metrics';
import { describe, expect, it } from '@jest/globals';
import { inCheckout, inMonitoring } from '../paths.js';
import { alerts, allRules, expectations } from './rule-files.js';

const ALERTS = alerts();
const names = ALERTS.map(({ alert }) => alert);
const pages = readdirSync(inMonitoring('runbooks')).map((file) => file.replace(/\.md$/, ''));

/** Of Prometheus itself, and of every program that is written for it. */
const FOREIGN = ['up', 'process_start_time_seconds'];

const own = Object.values(METRICS).flatMap((metric) =>
  'buckets' in metric ? ['bucket', 'count', 'sum'].map((part) => `${metric.name}_${part}`) : [metric.name],
);
const recorded = allRules().flatMap((rule) => ('record' in rule ? rule.record : []));

describe('alerts', () => {
  it('have names of their own', () => {
    expect(names.length).toBeGreaterThan(30);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(ALERTS)('$alert says what is wrong, and where to read on', ({ alert, annotations: { summary, description, runbook_url } }) => {
    expect(summary.length).toBeGreaterThan(10);
    expect(description.length).toBeGreaterThan(summary.length);
    expect(runbook_url).toBe(`monitoring/runbooks/${alert}.md`);
    const page = readFileSync(inCheckout(runbook_url), 'utf8');
    expect(page).toMatch(new RegExp(`^# ${alert}\n\n.{40,}\n\n## Look\n\n\`\`\`sh\n[\\s\\S]+\n\`\`\`\n\n## Do\n\n- `));
  });

  it.each(names)('%s is tested to fire and to stay quiet', (name) => {
    const of = expectations().filter(({ alert }) => alert === name);
    expect([of.some(({ fires }) => fires), of.some(({ fires }) => !fires)]).toEqual([true, true]);
    for (const { fires, test } of of) expect(test).toMatch(new RegExp(`^${name} ${fires ? 'fires' : 'stays quiet'} `));
  });

  it('and runbooks and tests are there for nothing else', () => {
    expect(pages.toSorted()).toEqual(names.toSorted());
    expect([...new Set(expectations().map(({ alert }) => alert))].toSorted()).toEqual(names.toSorted());
  });

  it.each(allRules().map((rule) => ['alert' in rule ? rule.alert : rule.record, rule.expr]))('%s looks at what there is', (_name, expr) => {
    const withoutStrings = expr.replace(/"[^"]*"/g, '""');
    const used = [...withoutStrings.matchAll(/\b(dts[a-z0-9_:]+|up|process_[a-z_]+)\b/g)].map(([name]) => name);
    expect(used.length).toBeGreaterThan(0);
    for (const name of used) expect([...own, ...recorded, ...FOREIGN]).toContain(name);
  });
});
