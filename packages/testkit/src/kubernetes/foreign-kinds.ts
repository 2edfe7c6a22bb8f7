import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { provideBuilt } from './built-files.js';
import { provideKedaKinds } from './keda-programs.js';

const PROMETHEUS_OPERATOR = 'github.com/prometheus-operator/prometheus-operator';

const MONITORING = {
  title: "the Prometheus operator's kinds",
  module: resolve(import.meta.dirname, '../../prometheus-operator'),
  packages: {},
  sources: {
    'monitoring-kinds.yaml': {
      module: PROMETHEUS_OPERATOR,
      files: ['servicemonitors', 'prometheusrules'].map((kind) => `example/prometheus-operator-crd/monitoring.coreos.com_${kind}.yaml`),
    },
  },
} as const;

/**
 * The kinds of object that KEDA and the Prometheus operator bring along, as they publish them, without the operators: manifests.
 * @throws Error as `provideBuilt`
 */
export async function foreignKinds(): Promise<string[]> {
  const monitoring = await provideBuilt(MONITORING, () => {});
  const keda = await provideKedaKinds();
  return Promise.all([monitoring['monitoring-kinds.yaml'], keda['kinds.yaml']].map((file) => readFile(file, 'utf8')));
}
