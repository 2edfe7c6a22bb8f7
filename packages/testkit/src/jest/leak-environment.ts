import { createRequire } from 'node:module';
import { ResourceTracker } from './resource-tracker.js';

/** The part of Jest's node environment that is used here. */
interface Environment {
  setup(): Promise<void>;
}
type EnvironmentClass = new (...args: readonly unknown[]) => Environment;

// Jest brings its environment along; only Jest itself is a dependency of the workspace.
const requireFromJest = createRequire(createRequire(import.meta.url).resolve('jest'));
const { TestEnvironment } = requireFromJest('jest-environment-node') as { TestEnvironment: EnvironmentClass };

/**
 * Jest's node environment that fails a suite which leaves a process, a socket or a timer behind. It looks after the
 * last `afterAll`, where a hook of a setup file would come before those of the suite.
 */
export default class LeakEnvironment extends TestEnvironment {
  readonly #tracker = new ResourceTracker();

  override async setup(): Promise<void> {
    await super.setup();
    this.#tracker.start();
  }

  async handleTestEvent(event: { readonly name: string }, state: { readonly unhandledErrors: unknown[] }): Promise<void> {
    if (event.name !== 'run_finish') return;
    const leaks = await this.#tracker.stop();
    if (leaks.length > 0) state.unhandledErrors.push(leakError(leaks));
  }
}

function leakError(leaks: readonly string[]): Error {
  const error = new Error(['this suite leaves behind (close in afterEach or afterAll):', ...leaks].join('\n  '));
  error.stack = ''; // where it was found says nothing
  return error;
}
