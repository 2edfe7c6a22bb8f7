import { within } from './within.js';

/** Something that happens once, and that a test waits for instead of sleeping. */
export interface Signal<T> {
  /** Later calls change nothing. */
  set(value: T): void;
  /** @throws Error naming the signal after `timeoutMs` milliseconds, 5,000 unless given. */
  wait(timeoutMs?: number): Promise<T>;
  readonly isSet: boolean;
}

export function createSignal<T = void>(name: string): Signal<T> {
  let isSet = false;
  let resolve: (value: T) => void = () => {};
  const happened = new Promise<T>((done) => {
    resolve = done;
  });
  return {
    set(value) {
      isSet = true;
      resolve(value);
    },
    wait: (timeoutMs = 5_000) => within(happened, timeoutMs, `signal "${name}"`),
    get isSet() {
      return isSet;
    },
  };
}
