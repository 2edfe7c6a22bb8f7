import { PostgresBackend } from '@agendajs/postgres-backend';
import { RedisBackend } from '@agendajs/redis-backend';
import { Agenda } from 'agenda';
import { run } from './jobs.mjs';

const { AGENDA_STORE, POSTGRES_URL, REDIS_URL } = process.env;
/** Calls of `now` at the same time: there is no other way to submit many. */
const AT_ONCE = 100;

function open(options) {
  const backend =
    AGENDA_STORE === 'redis' ? new RedisBackend({ connectionString: REDIS_URL }) : new PostgresBackend({ connectionString: POSTGRES_URL });
  const agenda = new Agenda({ backend, processEvery: '1 second', ...options });
  agenda.on('error', (error) => console.error(error));
  return agenda;
}

export async function work(concurrency) {
  const agenda = open({ maxConcurrency: concurrency, defaultConcurrency: concurrency, removeOnComplete: false });
  agenda.define('job', (job) => run(job.attrs.data));
  await agenda.start();
}

export async function producer() {
  const agenda = open({});
  await agenda.ready;
  return async (jobs) => {
    for (let at = 0; at < jobs.length; at += AT_ONCE) {
      await Promise.all(jobs.slice(at, at + AT_ONCE).map((data) => agenda.now('job', data)));
    }
  };
}
