/** `npm run test:fuzz`: whether the API answers as it says that it does, whatever it is asked. */
import { type App, startStack } from '@dts/testkit';
import { startBrokenApi } from './broken-api.js';
import { Fuzzer } from './fuzzer.js';
import { installSchemathesis } from './install.js';
import { type FuzzOptions, parseOptions, USAGE } from './options.js';

/** What the fuzzer submits is run, as far as the first connection: nothing that it makes up is ever called. */
const WORKER = { OUTBOUND_DENY: '0.0.0.0/0,::/0' };

async function fuzz(options: FuzzOptions, signal: AbortSignal): Promise<boolean> {
  const fuzzer = new Fuzzer(await installSchemathesis());
  await using broken = await startBrokenApi();
  if (!(await fuzzer.finds({ url: broken.url, apiKey: 'none' }, signal)))
    throw new Error('The fuzzer finds nothing in an API that is broken.');
  await using running = new AsyncDisposableStack();
  const stack = running.adopt(
    await startStack({ appEnv: { worker: WORKER, gateway: { RATE_LIMIT: 'off', UNAUTHENTICATED_LIMIT: 'off' } } }),
    (started) => started.stop(),
  );
  console.log(`Fuzzing for ${options.seconds} s with seed ${options.seed} (--seed ${options.seed} repeats it).`);
  const passed = await fuzzer.passes({ url: stack.url, apiKey: stack.apiKey }, options, signal);
  return passed && (await isWell(stack.gateway));
}

/** The gateway lives, is ready, and had nothing to report that it did not expect. */
async function isWell(gateway: App): Promise<boolean> {
  const ready = await fetch(`${gateway.url}/readyz`).then(({ status }) => status);
  const unexpected = gateway.output.split('\n').filter((line) => line.includes('unexpected error'));
  if (ready !== 200) console.error(`Afterwards the gateway is not ready: it answers ${ready}.`);
  for (const line of unexpected) console.error(`The gateway logged: ${line}`);
  return ready === 200 && unexpected.length === 0;
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(USAGE);
    return 0;
  }
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort(new Error('Stopped.')));
  return (await fuzz(options, stopping.signal)) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
