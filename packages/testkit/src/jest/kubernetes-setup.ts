import { provideHelm } from '../kubernetes/helm.js';
import { provideKubernetes } from '../kubernetes/programs.js';
import { provideKubernetesPrometheus } from '../kubernetes/prometheus.js';
import { provideRedis } from './run-redis.js';

/** Jest calls it once before the first test of a run that needs a Kubernetes. A build's progress is shown as it comes. */
export default async function kubernetesSetup(): Promise<void> {
  const report = (line: string) => void process.stderr.write(`${line}\n`);
  await provideAll(report).catch((error: Error) => {
    throw new Error(`${error.message}\nSKIP_KUBERNETES=1 npm run test:kubernetes leaves the tests on Kubernetes out.`, { cause: error });
  });
  await provideRedis();
}

/** One after the other: each build keeps all cores busy. */
async function provideAll(report: (line: string) => void): Promise<void> {
  await provideKubernetes(report);
  await provideHelm(report);
  await provideKubernetesPrometheus(report);
}
