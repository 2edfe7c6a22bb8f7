import { provideKeda } from '../kubernetes/keda-programs.js';
import { provideKubernetes } from '../kubernetes/programs.js';
import { provideRedis } from './run-redis.js';

/** Jest calls it once before the first test of a run that needs KEDA. */
export default async function kedaSetup(): Promise<void> {
  const report = (line: string) => void process.stderr.write(`${line}\n`);
  await provideKubernetes(report);
  await provideKeda(report);
  await provideRedis();
}
