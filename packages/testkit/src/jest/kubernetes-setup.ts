import { provideKubernetes } from '../kubernetes/programs.js';
import { provideRedis } from './run-redis.js';

/** Jest calls it once before the first test of a run that needs a Kubernetes. A build's progress is shown as it comes. */
export default async function kubernetesSetup(): Promise<void> {
  await provideKubernetes((line) => process.stderr.write(`${line}\n`)).catch((error: Error) => {
    throw new Error(`${error.message}\nSKIP_KUBERNETES=1 npm run test:kubernetes leaves the tests on Kubernetes out.`, { cause: error });
  });
  await provideRedis();
}
