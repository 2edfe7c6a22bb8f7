/**
 * A program with the manners of this repository's apps, for tests of what supervises them: it serves /readyz, finishes
 * its jobs when it is told to stop or its supervisor dies, and does what a test asks of it over HTTP.
 */
import { createServer } from 'node:http';

const name = import.meta.dirname.split('/').at(-2);
const { HOST, PORT, FAIL_AT_BOOT, REFUSE_ENVIRONMENT } = process.env;
let jobs = 0;
let stopping = false;
let asked = 0;

if (FAIL_AT_BOOT === name) {
  console.error(`${name}: the answer is 42, not 41`);
  process.exit(3);
}

if (REFUSE_ENVIRONMENT === name) {
  console.error(`${name}: The environment is not usable:\n  COLOUR: is not green`);
  process.exit(1);
}

const actions = {
  '/readyz': () => 'ready',
  '/self': () => JSON.stringify({ pid: process.pid, env: process.env }),
  '/job': () => {
    jobs += 1;
    return 'started';
  },
  '/job-done': () => {
    jobs -= 1;
    return 'done';
  },
  '/warn': () => {
    console.log(JSON.stringify({ level: 30, msg: 'nothing special' }));
    console.log(JSON.stringify({ level: 40, msg: 'something odd' }));
    return 'warned';
  },
  '/crash': () => process.exit(7),
};

/** What the scaler does: asks the supervisor, which answers under the same id. */
function ask(question) {
  const id = ++asked;
  const answered = new Promise((resolve) => {
    const onMessage = (message) => {
      if (message.id !== id) return;
      process.off('message', onMessage);
      resolve(message);
    };
    process.on('message', onMessage);
  });
  process.send({ id, ...question });
  return answered;
}

/** Has the supervisor run so many workers of a pool. */
function askForWorkers(replicas, leaving = [], queues = 'io:7') {
  return ask({ kind: 'pool.scale', pool: 'io', queues, replicas, leaving });
}

const server = createServer(async (request, response) => {
  const [, replicas, leaving = '', queues] = /^\/workers\/(\d+)(?:\/([\d,]+))?(?:\?queues=(.+))?$/.exec(request.url) ?? [];
  const pids = leaving.split(',').filter(Boolean).map(Number);
  if (replicas) return response.end(JSON.stringify(await askForWorkers(Number(replicas), pids, queues)));
  if (request.url === '/pools') return response.end(JSON.stringify(await ask({ kind: 'pools.list' })));
  const action = actions[request.url];
  response.writeHead(action ? 200 : 404).end(action?.(), () => stopping && stop());
});

if (name === 'scaler' && process.send) await askForWorkers(1);

function stop() {
  stopping = true;
  if (jobs === 0) process.exit(0);
}

process.on('SIGTERM', stop);
process.on('disconnect', stop);
server.listen(Number(PORT), HOST, () =>
  console.log(JSON.stringify({ level: 30, msg: `${name} is listening on ${server.address().port}` })),
);
