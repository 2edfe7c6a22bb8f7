import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { inMonitoring } from '../paths.js';

const record = z.strictObject({ record: z.string(), expr: z.string() });

const alert = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
  annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook_url: z.string() }),
});

const ruleFile = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(z.union([record, alert])) })),
});

const testFile = z.object({
  tests: z.array(
    z.object({
      name: z.string(),
      alert_rule_test: z.array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) })),
    }),
  ),
});

export type Alert = z.output<typeof alert>;
export type RuleFile = z.output<typeof ruleFile>;

/** The text of each file with rules, by its name. */
export function ruleTexts(): ReadonlyMap<string, string> {
  return textsIn('prometheus/rules');
}

export function readRules(text: string): RuleFile {
  return ruleFile.parse(parse(text));
}

/** Every alert there is. */
export function alerts(): Alert[] {
  return allRules().filter((rule): rule is Alert => 'alert' in rule);
}

/** Every rule there is: what it is called, and what it looks at. */
export function allRules(): RuleFile['groups'][number]['rules'] {
  return [...ruleTexts().values()].flatMap((text) => readRules(text).groups.flatMap(({ rules }) => rules));
}

/** What unit tests expect of alerts: whether each fires. */
export function expectations(): { readonly alert: string; readonly fires: boolean; readonly test: string }[] {
  return [...textsIn('prometheus/tests').values()].flatMap((text) =>
    testFile
      .parse(parse(text))
      .tests.flatMap(({ name, alert_rule_test }) =>
        alert_rule_test.map(({ alertname, exp_alerts }) => ({ alert: alertname, fires: exp_alerts.length > 0, test: name })),
      ),
  );
}

function textsIn(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(inMonitoring(folder)).filter((name) => name.endsWith('.yml'));
  return new Map(names.map((name) => [name, readFileSync(inMonitoring(`${folder}/${name}`), 'utf8')]));
}
