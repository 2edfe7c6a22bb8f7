import type { OnApplicationBootstrap, OnModuleDestroy, Provider } from '@nestjs/common';
import { ApiKeys, type ApiKeysEnv, readKeyFile } from './api-keys.js';
import type { Logger } from './logger.js';

/** Milliseconds between two looks at the file. Content is compared, which also finds what a mounted Secret swaps. */
const LOOK_MS = 1_000;

/**
 * Keeps an app's keys as their file has them, so that they are replaced without a restart. A file that is wrong, or half written, changes
 * nothing: nobody is locked out by a slip, which the log tells until it is mended.
 */
class KeyFile implements OnApplicationBootstrap, OnModuleDestroy {
  private timer?: NodeJS.Timeout;
  private trouble?: string;
  /** As last read, good or not, so that it is judged once; undefined while it cannot be read. */
  private text?: string;

  constructor(
    private readonly file: string,
    private readonly keys: ApiKeys,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.look();
    this.timer = setInterval(() => this.look(), LOOK_MS);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    let text: string | undefined;
    try {
      text = readKeyFile(this.file);
      if (text !== this.text) this.accept(ApiKeys.parse(text, this.file));
    } catch (error) {
      this.refuse((error as Error).message.trimStart());
    }
    this.text = text;
  }

  private accept(keys: ApiKeys): void {
    const change = this.keys.replace(keys);
    this.trouble = undefined;
    this.logger.info({ file: this.file, count: keys.count, ...change }, 'API keys read');
  }

  private refuse(problem: string): void {
    if (problem !== this.trouble) this.logger.error({ file: this.file }, `the API keys stay as they were: ${problem}`);
    this.trouble = problem;
  }
}

/** The keys of an app, and whoever keeps them up to date. @throws EnvError when they cannot be used */
export function apiKeyProviders(env: ApiKeysEnv, logger: Logger): Provider[] {
  const keys = ApiKeys.fromEnv(env);
  const { API_KEYS_FILE: file } = env;
  const kept = file === undefined ? [] : [{ provide: KeyFile, useFactory: () => new KeyFile(file, keys, logger) }];
  return [{ provide: ApiKeys, useValue: keys }, ...kept];
}
