const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** The operator has asked for an end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly exitCode: number;

  constructor(signal: keyof typeof CODES) {
    super(signal);
    this.exitCode = CODES[signal];
  }
}

/** Aborts on the first signal that asks for an end; a second one ends the process at once. */
export function onInterrupt(): AbortSignal {
  const abort = new AbortController();
  for (const signal of Object.keys(CODES) as (keyof typeof CODES)[]) process.once(signal, () => abort.abort(new Interrupted(signal)));
  return abort.signal;
}
