import { startStack } from '@dts/testkit';

/** The variables by which an SDK's own tests know a real stack. */
export type StackEnv = Readonly<Record<'DTS_URL' | 'DTS_API_KEY', string>>;

/** Other suites start stacks of their own meanwhile. */
const PATIENCE_MS = 60_000;

/** Runs tests against Redis and a gateway without workers; what they printed. */
export async function onRealStack(test: (env: StackEnv) => Promise<string>): Promise<string> {
  const stack = await startStack({ apps: [], timeoutMs: PATIENCE_MS });
  try {
    return await test({ DTS_URL: stack.url, DTS_API_KEY: stack.apiKey });
  } finally {
    await stack.stop();
  }
}
