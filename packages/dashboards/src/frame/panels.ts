import {
  BigValueColorMode,
  BigValueGraphMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  PanelBuilder as HeatmapBuilder,
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { DATASOURCE, type Query, toTargets, variable } from './query.js';

/** A panel that is not built yet. */
export interface PanelSource {
  build(): Panel;
  id(id: number): this;
}

export interface PanelSpec {
  readonly title: string;
  /** What is seen, and what to make of it. */
  readonly description: string;
  /** One of Grafana's: `s`, `bytes`, `percentunit`, `short`, `ops`. */
  readonly unit?: string;
  readonly queries: readonly Query[];
  /** Of 24; 8 unless given, 4 for a number. */
  readonly width?: number;
  /** Alerts that look at the same, whose runbooks are linked. */
  readonly alerts?: readonly string[];
  /** Leads from each queue to its failed jobs in Bull Board: its series have the label `queue`. */
  readonly failedJobs?: true;
  /** From which value on it is yellow, and red. */
  readonly warn?: number;
  readonly alarm?: number;
  readonly max?: number;
}

const HEIGHT = 8;
const NUMBER_HEIGHT = 4;

/** Lines over time. `stacked`: one upon the other, of what adds up. `log`: of what spans orders of magnitude, such as times. */
export function lines(spec: PanelSpec, look: { readonly stacked?: boolean; readonly log?: boolean } = {}): PanelSource {
  const panel = new TimeseriesBuilder()
    .height(HEIGHT)
    .span(spec.width ?? 8)
    .fillOpacity(look.stacked ? 40 : 8)
    .lineWidth(1)
    .legend(new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom).showLegend(true))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (!look.log) panel.min(0);
  if (look.stacked) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  if (look.log) panel.scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Log).log(10));
  return described(panel, spec, toTargets(spec.queries));
}

/** How it stands now, as large as it can be, above how it came about. */
export function number(spec: PanelSpec): PanelSource {
  const panel = new StatBuilder()
    .height(NUMBER_HEIGHT)
    .span(spec.width ?? 4)
    .graphMode(BigValueGraphMode.Area)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .colorMode(spec.warn === undefined && spec.alarm === undefined ? BigValueColorMode.None : BigValueColorMode.Value);
  return described(panel, spec, toTargets(spec.queries));
}

/** How often which durations come up. @param spec its query is of a histogram's buckets, by `le` */
export function heatmap(spec: PanelSpec): PanelSource {
  const panel = new HeatmapBuilder()
    .height(HEIGHT)
    .span(spec.width ?? 12)
    .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme('Blues').steps(64))
    .yAxis(new YAxisConfigBuilder().unit(spec.unit ?? 's'));
  return described(panel, spec, toTargets(spec.queries, PromQueryFormat.Heatmap));
}

type Builder = TimeseriesBuilder | StatBuilder | HeatmapBuilder;

function described(panel: Builder, spec: PanelSpec, targets: ReturnType<typeof toTargets>): PanelSource {
  panel.title(spec.title).description(spec.description).datasource(DATASOURCE).targets(targets);
  if (spec.unit !== undefined) panel.unit(spec.unit);
  if (spec.max !== undefined) panel.max(spec.max);
  if (spec.alerts) panel.links(spec.alerts.map(toRunbook));
  if (spec.failedJobs) panel.dataLinks([FAILED_JOBS]);
  panel.thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(stepsOf(spec)));
  return panel;
}

const FAILED_JOBS = new DashboardLinkBuilder('Failed jobs in Bull Board')
  .type(DashboardLinkType.Link)
  .url(`${variable('gateway')}/ui/queue/${variable('__field.labels.queue')}?status=failed`)
  .targetBlank(true);

function toRunbook(alert: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(`Runbook: ${alert}`)
    .type(DashboardLinkType.Link)
    .url(`${variable('runbooks')}/${alert}.md`)
    .targetBlank(true);
}

function stepsOf({ warn, alarm }: PanelSpec) {
  return [
    { value: null, color: 'green' },
    ...(warn === undefined ? [] : [{ value: warn, color: 'yellow' }]),
    ...(alarm === undefined ? [] : [{ value: alarm, color: 'red' }]),
  ];
}
