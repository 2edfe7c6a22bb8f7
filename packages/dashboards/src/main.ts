import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { dashboards, toJson } from './dashboards.js';

/** Where Grafana's provisioning looks for them. */
const FOLDER = resolve(import.meta.dirname, '../../../monitoring/grafana/dashboards');

await mkdir(FOLDER, { recursive: true });
for (const [name, dashboard] of Object.entries(dashboards())) {
  await writeFile(join(FOLDER, `${name}.json`), toJson(dashboard));
  console.log(`monitoring/grafana/dashboards/${name}.json`);
}
