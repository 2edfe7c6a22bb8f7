import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Stack, startNode, startProgram, startStack, within } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const EXAMPLES = fileURLToPath(new URL('../../client/examples', import.meta.url));

/** What each prints. */
const PRINTS: Readonly<Record<string, RegExp>> = {
  'submit.ts': /^io_\S+ (waiting|active) new\n$/,
  'wait.ts': /^answered 200 after 1 attempts\n$/,
  'batch.ts': /^io_\S+\nio_\S+\n$/,
  'stream.ts': /^3 jobs submitted\n$/,
  'events.ts': /^scheduled \n([a-z]+ \n)*completed \n$/,
  'list.ts': /^cancelled io_\S+\n$/,
  'flow.ts': /^completed \{ completed: 2, dead: 1 \}\n$/,
  'dead-letters.ts': /^dead http-status\n1 of 1 run once more\n$/,
  'operate.ts': /^cpu \d+ \d+\/\d+\nexternal .*\nio .*\nrate-limited .*\nacme \{ io: 50 \}\n\S+ \d+\/\d+\nqueue\.limit done\n$/,
  'schedule.ts': /^next run 20\S+Z\nnow io_\S+\n$/,
};

/** Not the one that the install brought along, if there is another. */
function machineNode(): string {
  const paths = (process.env.PATH ?? '').split(delimiter).filter((path) => !path.includes('node_modules'));
  return paths.map((path) => join(path, 'node')).find(existsSync) ?? process.execPath;
}

describe("the client's examples", () => {
  let stack: Stack;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dts-examples-'));
    await writeFile(join(folder, 'paths.txt'), '/healthz\n/readyz\n/openapi.json\n');
    stack = await startStack();
  });
  afterAll(async () => {
    await stack?.stop();
    await rm(folder, { recursive: true });
  });

  it('are all run here', async () => {
    expect((await readdir(EXAMPLES)).sort()).toEqual([...Object.keys(PRINTS), 'client.ts'].sort());
  });

  it.each(Object.entries(PRINTS))('%s does what it says', async (file, prints) => {
    const env = { DTS_URL: stack.url, DTS_API_KEY: stack.apiKey };
    const program = await startNode(join(EXAMPLES, file), { env, cwd: folder });
    const { code } = await within(program.exited, 15_000, () => `${file} to end; ${program.tail}`);
    expect([program.stderr, code]).toEqual(['', 0]);
    expect(program.stdout).toMatch(prints);
  });

  it("do the same on the machine's own Node, 20 or newer", async () => {
    const script = `
      import { SchedulerClient } from ${JSON.stringify(import.meta.resolve('@dts/client'))};
      const client = new SchedulerClient({ url: process.env.DTS_URL, apiKey: process.env.DTS_API_KEY });
      const job = { name: 'http.request', payload: { method: 'GET', url: process.env.DTS_URL + '/healthz' } };
      const ids = [];
      for await (const { job: taken } of client.submitStream(Array(3_000).fill(job), { concurrency: 20, batchSize: 10 })) ids.push(taken.id);
      const states = [];
      for await (const event of client.events(ids.at(-1))) if (event.type === 'state') states.push(event.state);
      console.log(new Set(ids).size, states.at(-1), (await client.waitFor(ids[0])).state);`;
    const env = { DTS_URL: stack.url, DTS_API_KEY: stack.apiKey };
    const program = await startProgram(machineNode(), { args: ['--input-type=module', '-e', script], env });
    await within(program.exited, 30_000, () => `the script to end; ${program.tail}`);
    expect([program.stderr, program.stdout]).toEqual(['', '3000 completed completed\n']);
  }, 40_000);
});
