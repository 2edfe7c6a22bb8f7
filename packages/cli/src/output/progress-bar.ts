import cliProgress from 'cli-progress';

const LINE_INTERVAL_MS = 2_000;

export interface Progress {
  readonly value: number;
  /** 0 when it is not known: there is no bar then. */
  readonly total: number;
  /** All the figures in words, ready to be printed. */
  readonly text: string;
}

type Stream = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Shows how far something is: a bar on a terminal, else a line now and then. Dispose of it whatever happens: it hides the cursor. */
export class ProgressBar implements Disposable {
  #bar: cliProgress.SingleBar | undefined;
  #lastLine = '';
  #lastLineAt = Number.NEGATIVE_INFINITY;

  /** @param silent shows nothing at all */
  constructor(
    private readonly stream: Stream,
    private readonly silent: boolean,
  ) {}

  update(progress: Progress): void {
    if (this.silent) return;
    if (this.stream.isTTY) this.#draw(progress);
    else this.#say(progress.text);
  }

  /** Takes the bar away; it comes again with the next update, where the cursor is then. */
  clear(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  [Symbol.dispose](): void {
    this.clear();
  }

  #draw({ value, total, text }: Progress): void {
    this.#bar ??= startBar(this.stream);
    this.#bar.setTotal(Math.max(total, value, 1));
    this.#bar.update(value, { text });
  }

  #say(text: string): void {
    const now = performance.now();
    if (text === this.#lastLine || now - this.#lastLineAt < LINE_INTERVAL_MS) return;
    this.stream.write(`${text}\n`);
    this.#lastLine = text;
    this.#lastLineAt = now;
  }
}

function startBar(stream: NodeJS.WritableStream): cliProgress.SingleBar {
  // Signals are this program's business, not the bar's.
  const options = {
    stream,
    format: '{bar} {percentage}%  {text}',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    gracefulExit: false,
  };
  const bar = new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
  bar.start(1, 0, { text: '' });
  return bar;
}
