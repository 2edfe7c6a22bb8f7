import { Redis } from 'ioredis';

/** Why a single Redis server does not take commands; undefined when it does. The answer holds no password. */
export async function pingRedis(url: string, timeoutMs = 1_500): Promise<string | undefined> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    // A timer of this length outlives the client whose connection was refused, and the process with it.
    disconnectTimeout: 50,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    retryStrategy: () => null,
  });
  // What connect() rejects with is only that the connection is closed.
  let cause: Error | undefined;
  client.on('error', (error: Error) => {
    cause ??= error;
  });
  try {
    await client.connect();
    await client.ping();
    // It answers from database 0 when there is none of the URL's number.
    return cause && describe(cause);
  } catch (error) {
    return describe(cause ?? (error as Error));
  } finally {
    client.disconnect();
  }
}

function describe(error: Error): string {
  const { code, errors } = error as NodeJS.ErrnoException & { errors?: readonly NodeJS.ErrnoException[] };
  // A name with several addresses fails once for each.
  return error.message || (errors?.[0]?.message ?? code ?? error.name);
}
