import { dashboard, type Row } from './frame/frame.js';
import { heatmap, lines, number } from './frame/panels.js';
import { quantile } from './frame/query.js';

/** What all of it stands on. */
export const redis = () =>
  dashboard({
    uid: 'dts-redis',
    title: 'Redis',
    description: 'Whether Redis keeps what is acknowledged, has room for more, and answers in time.',
    rows: [durability(), room(), speed()],
  });

const durability = (): Row => ({
  title: 'Does it keep what it takes',
  panels: [
    number({
      title: 'Weak settings',
      description: 'Settings and replicas that fall short of what the gateways promise; /readyz says which.',
      queries: [['max(dts_redis_weak_settings)', 'settings']],
      warn: 1,
      alarm: 1,
      alerts: ['DtsPersistenceWeak'],
    }),
    number({ title: 'Append-only file', description: '1 while one is written.', queries: [['max(dts_redis_aof_enabled)', 'on']] }),
    number({
      title: 'Last write to it',
      description: '1 if it succeeded.',
      queries: [['min(dts_redis_aof_last_write_ok)', 'ok']],
      alerts: ['DtsRedisCannotPersist'],
    }),
    number({
      title: 'Since all was synced',
      description: 'When the file was last seen to be written with no fsync under way.',
      unit: 's',
      queries: [['time() - max(dts_redis_aof_last_synced_timestamp_seconds)', 'ago']],
      warn: 30,
      alarm: 120,
    }),
    number({ title: 'Replicas', description: 'That are connected.', queries: [['max(dts_redis_replicas)', 'replicas']] }),
    number({
      title: 'Runs for',
      description: 'Since it was started.',
      unit: 's',
      queries: [['time() - max(dts_redis_start_timestamp_seconds)', 'up']],
    }),
  ],
});

const room = (): Row => ({
  title: 'Has it room',
  panels: [
    lines({
      title: 'Memory',
      description: 'What it uses, and may use. At 70 % the gateways turn new jobs away. At 0, nothing bounds it.',
      unit: 'bytes',
      queries: [
        ['max(dts_redis_memory_used_bytes)', 'used'],
        ['max(dts_redis_memory_max_bytes)', 'may use'],
      ],
      alerts: ['DtsRedisMemoryHigh', 'DtsRedisMemoryFull'],
    }),
    lines({
      title: 'Keys thrown away',
      description: 'For want of memory. Never, or jobs are lost: maxmemory-policy must be noeviction.',
      unit: 'ops',
      queries: [['sum(rate(dts_redis_evicted_keys_total[$__rate_interval]))', 'evicted']],
      alerts: ['DtsRedisEvicts'],
    }),
    lines({
      title: 'Connections',
      description: 'Of gateways, workers, scalers and whoever looks.',
      queries: [['max(dts_redis_clients)', 'clients']],
    }),
  ],
});

const speed = (): Row => ({
  title: 'Does it answer in time',
  panels: [
    lines(
      {
        title: 'Round trip',
        description:
          'Of a command without weight, sent every second by each process: p99. With appendfsync always it waits for the fsync before it.',
        unit: 's',
        queries: [[quantile(0.99, 'dts_redis_command_duration_seconds', '', 'instance'), '{{instance}}']],
        alerts: ['DtsRedisSlow'],
      },
      { log: true },
    ),
    heatmap({
      title: 'Round trips',
      description: 'Of all processes.',
      width: 8,
      queries: [['sum by (le) (increase(dts_redis_command_duration_seconds_bucket[$__rate_interval]))', '{{le}}']],
    }),
    lines({
      title: 'Reached by',
      description: '1 for each process that it answers within a second.',
      max: 1,
      queries: [['dts_redis_connected', '{{instance}}']],
      alerts: ['DtsRedisAway'],
    }),
    lines({
      title: 'Commands',
      description: 'That it carries out.',
      unit: 'ops',
      queries: [['sum(rate(dts_redis_commands_total[$__rate_interval]))', 'commands']],
    }),
    lines({
      title: 'Processor',
      description: 'Cores in use. Redis has one thread for commands: at 1 it is at its end.',
      queries: [['sum(rate(dts_redis_cpu_seconds_total[$__rate_interval]))', 'cores']],
    }),
    lines({
      title: 'Writes that waited for an fsync, and rewrites',
      description: 'Both make commands slow: the disk is.',
      queries: [
        ['sum(rate(dts_redis_aof_delayed_fsyncs_total[$__rate_interval]))', 'delayed a second'],
        ['max(dts_redis_aof_rewrite_in_progress)', 'file is written anew'],
      ],
    }),
  ],
});
