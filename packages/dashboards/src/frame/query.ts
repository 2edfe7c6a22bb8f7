import type { Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { DataqueryBuilder, type Dataquery as PrometheusQuery, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';

/** The value of a dashboard's variable, wherever Grafana puts one in. */
export const variable = (name: string) => `\${${name}}`;

/** Whichever Prometheus is chosen on top of the dashboard. */
export const DATASOURCE = { type: 'prometheus', uid: variable('datasource') } as const;

/** PromQL, and what its series are called: text with `{{label}}`. */
export type Query = readonly [expr: string, legend: string];

/** The queries of a panel, its letters from A on. */
export function toTargets(queries: readonly Query[], format: PromQueryFormat = PromQueryFormat.TimeSeries): Target[] {
  return queries.map(([expr, legend], index) =>
    new DataqueryBuilder()
      .datasource(DATASOURCE)
      .expr(expr.replaceAll(/\s+/g, ' ').trim())
      .legendFormat(legend)
      .format(format)
      .range()
      .refId(String.fromCharCode('A'.charCodeAt(0) + index)),
  );
}

interface Target {
  build(): PrometheusQuery & Dataquery;
}

/** Of what has mostly not happened yet: a line at 0 says so, where no line would say that nothing is known. */
export function orZero(expr: string): string {
  return `${expr} or vector(0)`;
}

/** A quantile of a histogram, by the labels that remain. */
export function quantile(q: number, histogram: string, selector: string, by = ''): string {
  const labels = ['le', ...(by === '' ? [] : [by])].join(', ');
  return `histogram_quantile(${q}, sum by (${labels}) (rate(${histogram}_bucket${selector}[$__rate_interval])))`;
}
