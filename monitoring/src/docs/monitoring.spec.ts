import { readFileSync } from 'node:fs';
import { METRICS } from '@dts/runtime/metrics';
import { describe, expect, it } from '@jest/globals';
import { inCheckout } from '../paths.js';
import { alerts } from '../rules/rule-files.js';

const DOCS = readFileSync(inCheckout('docs/monitoring.md'), 'utf8');

describe('docs/monitoring.md', () => {
  it.each(Object.values(METRICS))('tells of $name', ({ name, labelNames, help }) => {
    expect(DOCS).toContain(`\n| \`${name}\` | ${labelNames.map((label) => `\`${label}\``).join(', ')} | ${help} |\n`);
  });

  it('tells of no metric that there is not', () => {
    const told = [...DOCS.matchAll(/^\| `(dts_\w+)` \|/gm)].map(([, name]) => name);
    expect(told.toSorted()).toEqual(
      Object.values(METRICS)
        .map(({ name }) => String(name))
        .toSorted(),
    );
  });

  it.each(alerts())('leads to the page of $alert', ({ alert, labels: { severity } }) => {
    const line = DOCS.split('\n').find((text) => text.includes(`../monitoring/runbooks/${alert}.md`));
    const column = severity === 'critical' ? 2 : 3;
    expect(line?.split(' | ')[column - 1]).toContain(`[${alert.replace(/^Dts/, '')}](../monitoring/runbooks/${alert}.md)`);
  });
});
