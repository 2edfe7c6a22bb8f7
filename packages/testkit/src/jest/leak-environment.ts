import { createRequire } from 'node:module';
import { leaksSince, resourceCounts } from './leaks.js';

/** The part of Jest's node environment that is used here. */
interface Environment {
  setup(): Promise<void>;
}
type EnvironmentClass = new (...args: readonly unknown[]) => Environment;

// Jest brings its environment along; only Jest itself is a dependency of the workspace.
const jest = createRequire(createRequire(import.meta.url).resolve('jest'));
const { TestEnvironment } = jest('jest-environment-node') as { TestEnvironment: EnvironmentClass };

/**
 * Jest's node environment that fails a suite which leaves a process, a socket or a timer behind. It looks after the
 * last `afterAll`, where a hook of a setup file would come before those of the suite.
 */
export default class LeakEnvironment extends TestEnvironment {
  #before = resourceCounts();

  override async setup(): Promise<void> {
    await super.setup();
    this.#before = resourceCounts();
  }

  async handleTestEvent(event: { name: string }, state: { unhandledErrors: unknown[] }): Promise<void> {
    if (event.name !== 'run_finish') return;
    const leaks = await leaksSince(this.#before);
    if (leaks !== '') state.unhandledErrors.push(new Error(`this suite leaves behind ${leaks}: close them in afterEach or afterAll`));
  }
}
