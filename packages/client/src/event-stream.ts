/** One event of a `text/event-stream`. */
export interface ServerSentEvent {
  /** `message` unless the stream names another. */
  readonly event: string;
  readonly data: string;
  /** With which to resume after it. */
  readonly lastEventId: string;
}

/**
 * Reads an event stream from its decoded text, in whatever pieces that comes. An event that is not complete is not told.
 * @see HTML Living Standard, "Server-sent events", 9.2.6 "Interpreting an event stream"
 */
export class EventStreamParser {
  /** Milliseconds before another connection, if the stream has said so. */
  retryMs: number | undefined;
  #lastEventId: string;
  #unfinishedLine = '';
  #afterCarriageReturn = false;
  #event = '';
  readonly #data: string[] = [];

  constructor(lastEventId = '') {
    this.#lastEventId = lastEventId;
  }

  *push(text: string): Generator<ServerSentEvent, void, void> {
    if (text === '') return;
    // The line ended at the carriage return already: a line feed after it belongs to that end, even if it comes later.
    const rest = this.#afterCarriageReturn && text.startsWith('\n') ? text.slice(1) : text;
    this.#afterCarriageReturn = text.endsWith('\r');
    const lines = (this.#unfinishedLine + rest).split(/\r\n|\r|\n/);
    this.#unfinishedLine = lines.pop() ?? '';
    for (const line of lines) {
      if (line !== '') this.#readField(line);
      else if (this.#data.length > 0) yield this.#takeEvent();
      else this.#event = '';
    }
  }

  #readField(line: string): void {
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'event') this.#event = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.#lastEventId = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
  }

  #takeEvent(): ServerSentEvent {
    const event = this.#event || 'message';
    this.#event = '';
    return { event, data: this.#data.splice(0).join('\n'), lastEventId: this.#lastEventId };
  }
}
