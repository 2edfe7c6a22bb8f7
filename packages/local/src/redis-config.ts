/** What the embedded server's durability rests on; see the settings' comments in Redis's own redis.conf. */
export interface EmbeddedRedisSettings {
  readonly dir: string;
  readonly port: number;
  readonly password: string;
  /** `everysec` may lose the last second's jobs in a power cut. */
  readonly fsync: 'always' | 'everysec';
}

/** The text of a redis.conf. */
export function redisConfig({ dir, port, password, fsync }: EmbeddedRedisSettings): string {
  const settings: readonly (readonly [string, string])[] = [
    ['bind', '127.0.0.1'],
    ['port', String(port)],
    ['protected-mode', 'yes'],
    ['requirepass', quote(password)],
    ['dir', quote(dir)],
    ['daemonize', 'no'],
    ['appendonly', 'yes'],
    ['appendfsync', fsync],
    ['no-appendfsync-on-rewrite', 'no'],
    // A tail that was being written when the power went was never acknowledged.
    ['aof-load-truncated', 'yes'],
    ['aof-use-rdb-preamble', 'yes'],
    ['maxmemory-policy', 'noeviction'],
    ['save', '""'],
  ];
  return settings.map(([name, value]) => `${name} ${value}\n`).join('');
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
