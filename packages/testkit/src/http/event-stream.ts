import { waitFor } from '../waiting/wait-for.js';

/** One server-sent event. */
export interface ServerSentEvent {
  readonly event: string;
  /** Empty where it has none. */
  readonly id: string;
  /** Of JSON. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Reads a stream of server-sent events as it comes. */
export class EventStream implements AsyncDisposable {
  readonly events: ServerSentEvent[] = [];
  /** Resolves to whether the server ended it in order. */
  readonly ended: Promise<boolean>;
  private rest = '';

  private constructor(
    readonly response: Response,
    private readonly leaving: AbortController,
  ) {
    this.ended = this.read().then(
      () => true,
      () => false,
    );
  }

  /** Resolves once the server has answered, whatever it did. */
  static async open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventStream> {
    const leaving = new AbortController();
    return new EventStream(await fetch(url, { headers, signal: leaving.signal }), leaving);
  }

  /** The first event of which this is true. A server may look for news now and then only. */
  until(matches: (event: ServerSentEvent) => boolean, timeoutMs = 15_000): Promise<ServerSentEvent> {
    return waitFor(() => this.events.find(matches), { timeoutMs, describe: `an event after ${JSON.stringify(this.events)}` });
  }

  /** Goes away in the middle of it. */
  async leave(): Promise<void> {
    this.leaving.abort();
    await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
  }

  private async read(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of this.response.body ?? []) {
      const blocks = (this.rest + decoder.decode(chunk, { stream: true })).split('\n\n');
      this.rest = blocks.pop() ?? '';
      this.events.push(...blocks.flatMap(parse));
    }
  }
}

/** Nothing for a comment, or for what is meant for the reader alone. */
function parse(block: string): ServerSentEvent[] {
  const lines = block.split('\n').map((line) => /^(\w*): ?(.*)$/.exec(line) ?? []);
  const field = (name: string) => lines.find(([, found]) => found === name)?.[2];
  const [event, id = '', data] = ['event', 'id', 'data'].map(field);
  return event === undefined || data === undefined ? [] : [{ event, id, data: JSON.parse(data) }];
}
