import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Printing {
  readonly output: string;
}

export interface Outputs {
  readonly gateways: readonly Printing[];
  readonly workers: readonly Printing[];
  readonly scalers: readonly Printing[];
  readonly redis: Printing | undefined;
}

/** What each process printed, for whoever looks into a failure. */
export async function keepOutputs(dir: string, { gateways, workers, scalers, redis }: Outputs): Promise<void> {
  const keep = (name: string, { output }: Printing) => writeFile(join(dir, `${name}.log`), output);
  await Promise.all([
    ...gateways.map((app, index) => keep(`gateway-${index + 1}`, app)),
    ...workers.map((app, index) => keep(`worker-${index + 1}`, app)),
    ...scalers.map((app, index) => keep(`scaler-${index + 1}`, app)),
    ...(redis ? [keep('redis', redis)] : []),
  ]);
}
