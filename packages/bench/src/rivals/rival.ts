/** The two kinds of job that are compared. */
export type Kind = 'call' | 'noop';
export const KINDS: readonly Kind[] = ['call', 'noop'];

/** How its workers run. */
export interface Setting {
  readonly processes: number;
  /** Jobs at once in each process. */
  readonly concurrency: number;
  /** What else its documentation has to choose from, by its name there. */
  readonly mode?: string;
}

/** A program that prints `ready`; one that submits does so when it is told `go`, and then prints `submitted`. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Another job queue, installed. */
export interface Rival {
  readonly name: string;
  /** How it is run, and what for. */
  readonly does: string;
  readonly store: 'redis' | 'postgres';
  /** Those of which the fastest is taken, for each kind of job. */
  readonly settings: readonly Setting[];
  /** @param index from 0, another for each process */
  worker(setting: Setting, index: number): Command;
  submit(kind: Kind, count: number): Command;
}

export function tellSetting({ processes, concurrency, mode }: Setting): string {
  return `${processes} × ${concurrency}${mode ? ` ${mode}` : ''}`;
}
