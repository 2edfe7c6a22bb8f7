import { join } from 'node:path';
import { provide, runTool } from './installation.js';
import type { Command, Rival } from './rival.js';

/** @throws Error when they cannot be installed */
export async function pythonRivals(redisUrl: string): Promise<Rival[]> {
  const dir = await provide('python', async (folder) => {
    await runTool('python3', ['-m', 'venv', '.venv'], folder);
    await runTool('.venv/bin/python', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--requirement', 'requirements.txt'], folder);
  });
  // Celery asks for a word before it runs as root, as the machine of a test often does.
  const env = { PYTHONPATH: dir, PYTHONDONTWRITEBYTECODE: '1', C_FORCE_ROOT: 'true' };
  const python = (...args: readonly string[]): Command => ({ command: join(dir, '.venv/bin/python'), args, env, cwd: dir });
  return [
    {
      name: 'celery',
      store: 'redis',
      does: 'Redis; apply_async on one connection, results ignored; gevent pool for 100 at once, as for jobs that wait',
      settings: [
        { processes: 1, concurrency: 2, mode: 'prefork' },
        { processes: 1, concurrency: 8, mode: 'prefork' },
        { processes: 2, concurrency: 100, mode: 'gevent' },
      ],
      worker: ({ concurrency, mode = 'prefork' }, index) =>
        python(
          '-m',
          'celery',
          '--app',
          'celery_app',
          'worker',
          '--pool',
          mode,
          '--concurrency',
          String(concurrency),
          '--loglevel',
          'ERROR',
          '--hostname',
          `w${index}@%h`,
        ),
      submit: (kind, count) => python('celery_submit.py', kind, String(count)),
    },
    {
      name: 'rq',
      store: 'redis',
      does: 'Redis; enqueue_many, rq worker-pool',
      settings: [
        { processes: 1, concurrency: 2 },
        { processes: 1, concurrency: 8 },
      ],
      worker: ({ concurrency }) => python('rq_pool.py', String(concurrency), redisUrl),
      submit: (kind, count) => python('rq_submit.py', kind, String(count)),
    },
  ];
}
