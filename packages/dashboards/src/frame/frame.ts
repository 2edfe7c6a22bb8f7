import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { PanelSource } from './panels.js';
import { DATASOURCE, variable } from './query.js';

const TAG = 'task-scheduler';

export interface Row {
  readonly title: string;
  readonly panels: readonly PanelSource[];
}

/** Where the values of a variable come from: all of a label that a metric has. */
export interface Choice {
  readonly name: string;
  readonly label: string;
  readonly metric: string;
}

export interface DashboardSpec {
  /** For ever: links carry it. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly choices?: readonly Choice[];
  readonly rows: readonly Row[];
  /** How far back it looks; an hour unless given. */
  readonly from?: string;
}

/** A dashboard with what all of them have: its Prometheus, links to the others and out of Grafana, what was deployed and decided. */
export function dashboard({ uid, title, description, choices = [], rows, from = 'now-1h' }: DashboardSpec): Dashboard {
  const builder = new DashboardBuilder(`Task scheduler: ${title}`)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .timezone('browser')
    .time({ from, to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .variables([
      new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'),
      ...choices.map(toVariable),
      ...ADDRESSES,
    ])
    .annotations([DEPLOYS, DECISIONS])
    .links(LINKS);
  let id = 0;
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title).id(++id));
    for (const panel of row.panels) builder.withPanel(panel.id(++id));
  }
  return builder.build();
}

function toVariable({ name, label, metric }: Choice): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query(`label_values(${metric}, ${name})`)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ text: 'All', value: '$__all' });
}

/** Where people go from here; set once, in Grafana's provisioning or in the browser. */
const ADDRESSES = [
  new TextBoxVariableBuilder('gateway')
    .label('Gateway')
    .defaultValue('http://127.0.0.1:3000')
    .description('Whose Bull Board and console are linked'),
  new TextBoxVariableBuilder('runbooks')
    .label('Runbooks')
    .defaultValue('monitoring/runbooks')
    .description('Where monitoring/runbooks can be read'),
];

const LINKS = [
  new DashboardLinkBuilder('Dashboards').type(DashboardLinkType.Dashboards).tags([TAG]).asDropdown(true).includeVars(true).keepTime(true),
  new DashboardLinkBuilder('Console')
    .type(DashboardLinkType.Link)
    .url(`${variable('gateway')}/console`)
    .targetBlank(true),
  new DashboardLinkBuilder('Bull Board')
    .type(DashboardLinkType.Link)
    .url(`${variable('gateway')}/ui`)
    .targetBlank(true),
  new DashboardLinkBuilder('Runbooks').type(DashboardLinkType.Link).url(variable('runbooks')).targetBlank(true),
];

/** A version that was not there a minute ago. */
const DEPLOYS = new AnnotationQueryBuilder()
  .name('Deploys')
  .datasource(DATASOURCE)
  .enable(true)
  .iconColor('purple')
  .expr('sum by (app, version) (dts_build_info) unless sum by (app, version) (dts_build_info offset 1m)')
  .step('60s')
  .titleFormat('{{app}} {{version}}')
  .textFormat('first seen');

const DECISIONS = new AnnotationQueryBuilder()
  .name('Scaling')
  .datasource(DATASOURCE)
  .enable(true)
  .iconColor('orange')
  .expr('sum by (pool, direction) (changes(dts_scaler_scalings_total{outcome="done"}[1m])) > 0')
  .step('60s')
  .titleFormat('{{pool}} {{direction}}')
  .textFormat('the scaler has set another number of workers');
