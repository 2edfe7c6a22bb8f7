import { resolve } from 'node:path';
import { type BuiltFiles, provideBuilt } from './built-files.js';

const MODULE = 'github.com/kedacore/keda/v2';

/** Every kind of object that the operator looks for when it starts. */
const KINDS = ['keda.sh_scaledobjects', 'keda.sh_scaledjobs', 'keda.sh_triggerauthentications', 'keda.sh_clustertriggerauthentications'];
const EVENT_KINDS = ['eventing.keda.sh_cloudeventsources', 'eventing.keda.sh_clustercloudeventsources'];

const KEDA = {
  title: 'KEDA',
  module: resolve(import.meta.dirname, '../../keda'),
  packages: { operator: `${MODULE}/cmd/operator`, adapter: `${MODULE}/cmd/adapter` },
  sources: {
    'kinds.yaml': { module: MODULE, files: [...KINDS, ...EVENT_KINDS].map((kind) => `config/crd/bases/${kind}.yaml`) },
    'externalscaler.proto': { module: MODULE, files: ['pkg/scalers/externalscaler/externalscaler.proto'] },
  },
} as const;

export type KedaPrograms = BuiltFiles<typeof KEDA>;

/**
 * Builds KEDA from its Go module where it is missing, once a machine and version: a quarter of an hour.
 * @throws Error as `provideBuilt`
 */
export function provideKeda(report: (line: string) => void = (line) => process.stderr.write(`${line}\n`)): Promise<KedaPrograms> {
  return provideBuilt(KEDA, report);
}

/** What it brings to a cluster beside its programs, which need not be built for that. */
const KINDS_ALONE = { ...KEDA, packages: {} } as const;

/** @throws Error as `provideBuilt` */
export function provideKedaKinds(): Promise<BuiltFiles<typeof KINDS_ALONE>> {
  return provideBuilt(KINDS_ALONE, () => {});
}
