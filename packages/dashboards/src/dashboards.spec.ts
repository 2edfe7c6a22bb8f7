import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { METRICS } from '@dts/runtime/metrics';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { dashboards, toJson } from './dashboards.js';
import { DATASOURCE, variable } from './frame/query.js';

const MONITORING = resolve(import.meta.dirname, '../../../monitoring');
const FOLDER = join(MONITORING, 'grafana/dashboards');

/** Node's own, and Prometheus's. */
const FROM_ELSEWHERE = /^(nodejs_|process_|ALERTS$|up$)/;

interface Built {
  readonly uid?: string;
  readonly panels?: readonly {
    readonly id?: number;
    readonly type?: string;
    readonly gridPos?: { readonly x?: number; readonly y?: number };
    readonly title?: string;
    readonly description?: string;
    readonly links?: readonly { readonly url?: string }[];
    readonly targets?: readonly { readonly expr?: string; readonly datasource?: { readonly uid?: string } }[];
  }[];
  readonly annotations?: { readonly list?: readonly { readonly expr?: string }[] };
}

const all = Object.entries(dashboards()).map(([name, dashboard]) => [name, JSON.parse(toJson(dashboard)) as Built] as const);
const panelsOf = ({ panels = [] }: Built) => panels.filter(({ type }) => type !== 'row');
const queriesOf = (built: Built) => [
  ...panelsOf(built).flatMap(({ targets = [] }) => targets.map(({ expr = '' }) => expr)),
  ...(built.annotations?.list ?? []).flatMap(({ expr }) => expr ?? []),
];

/** Series that PromQL names: words that are no function, no label and no value of one. */
function seriesOf(expr: string): string[] {
  const bare = expr
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/\b(by|on|group_left)\s*\([^)]*\)/g, '');
  return [...bare.matchAll(/[a-zA-Z_:][\w:]*/g)].map(([word]) => word).filter((word) => /^(dts|nodejs|process)[_:]|^ALERTS$/.test(word));
}

/** A histogram has three series for its name. */
const baseOf = (series: string) => series.replace(/_(bucket|count|sum)$/, '');

const ours = new Map(Object.values(METRICS).map((metric) => [metric.name as string, metric]));
const recorded = () => {
  const rules = readFileSync(join(MONITORING, 'prometheus/rules/recording.yml'), 'utf8');
  return new Set([...rules.matchAll(/record: (\S+)/g)].map(([, name]) => name as string));
};

describe('the dashboards', () => {
  it('are committed as they are generated: `npm run dashboards` writes them', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(all.map(([name]) => `${name}.json`).sort());
    for (const [name, dashboard] of Object.entries(dashboards())) {
      expect(readFileSync(join(FOLDER, `${name}.json`), 'utf8')).toBe(toJson(dashboard));
    }
  });

  it('have names of their own', () => {
    expect(new Set(all.map(([, { uid }]) => uid)).size).toBe(all.length);
  });

  it('ask for series that there are', () => {
    const known = recorded();
    const unknown = all
      .flatMap(([, built]) => queriesOf(built).flatMap(seriesOf))
      .filter((series) => {
        return !(ours.has(series) || ours.has(baseOf(series)) || known.has(series) || FROM_ELSEWHERE.test(series));
      });
    expect(unknown).toEqual([]);
  });

  it('ask for labels that their series have', () => {
    const wrong = all
      .flatMap(([, built]) => queriesOf(built))
      .flatMap((expr) =>
        [...expr.matchAll(/\b(dts_\w+)\{([^}]*)\}/g)].flatMap(([, series = '', selector = '']) => {
          const labels: readonly string[] = ['le', 'instance', ...((ours.get(series) ?? ours.get(baseOf(series)))?.labelNames ?? [])];
          return [...selector.matchAll(/(\w+)\s*[=!]/g)]
            .filter(([, label = '']) => !labels.includes(label))
            .map(([, label]) => `${series}: ${label}`);
        }),
      );
    expect(wrong).toEqual([]);
  });

  it('show every metric that there is', () => {
    const shown = new Set(all.flatMap(([, built]) => queriesOf(built).flatMap(seriesOf)).flatMap((series) => [series, baseOf(series)]));
    const text = readFileSync(join(MONITORING, 'prometheus/rules/recording.yml'), 'utf8');
    expect([...ours.keys()].filter((name) => !shown.has(name) && !text.includes(name))).toEqual([]);
  });
});

describe('the provisioning', () => {
  it.each(['datasources/prometheus.yml', 'dashboards/task-scheduler.yml'])('%s is what Grafana reads', (file) => {
    expect(parse(readFileSync(join(MONITORING, 'grafana/provisioning', file), 'utf8'))).toMatchObject({ apiVersion: 1 });
  });
});

describe.each(all)('the panels of %s', (_name, built) => {
  it('say what is seen, and where from', () => {
    expect(panelsOf(built).length).toBeGreaterThan(5);
    for (const { title, description, targets = [] } of panelsOf(built)) {
      expect({ title, description }).toEqual({ title: expect.stringMatching(/./), description: expect.stringMatching(/\w.*[.?]$/s) });
      expect(targets.length).toBeGreaterThan(0);
      for (const target of targets) expect({ title, uid: target.datasource?.uid }).toEqual({ title, uid: DATASOURCE.uid });
    }
  });

  it('have a number and a place of their own', () => {
    const ids = (built.panels ?? []).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const places = (built.panels ?? []).map(({ gridPos }) => `${gridPos?.x} ${gridPos?.y}`);
    expect(new Set(places).size).toBe(places.length);
  });

  it('lead to runbooks that there are', () => {
    const runbooks = panelsOf(built).flatMap(({ links = [] }) => links.map(({ url = '' }) => url.replace(`${variable('runbooks')}/`, '')));
    expect(runbooks.filter((file) => !existsSync(join(MONITORING, 'runbooks', file)))).toEqual([]);
  });
});
