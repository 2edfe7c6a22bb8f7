import { provideHelm } from '../kubernetes/helm.js';
import { provideKubernetes } from '../kubernetes/programs.js';
import { provideRedis } from './run-redis.js';

/** Jest calls it once before the first test of a run that needs a Kubernetes. A build's progress is shown as it comes. */
export default async function kubernetesSetup(): Promise<void> {
  const report = (line: string) => void process.stderr.write(`${line}\n`);
  await provideKubernetes(report);
  await provideHelm(report);
  await provideRedis();
}
