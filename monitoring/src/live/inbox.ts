import { type Receiver, startReceiver, waitFor } from '@dts/testkit';

/** As Alertmanager sends it. */
interface Notice {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Who is told of alerts: a real webhook. */
export class Inbox {
  private constructor(private readonly receiver: Receiver) {}

  static async open(): Promise<Inbox> {
    return new Inbox(await startReceiver());
  }

  get url(): string {
    return this.receiver.url;
  }

  /** All that has come, the oldest first. */
  get notices(): Notice[] {
    return this.receiver.requests.flatMap(({ body }) => (JSON.parse(body.toString()) as { alerts: Notice[] }).alerts);
  }

  /** Resolves when the last that came of an alert with these labels is that it fires, or that it is over. */
  until(status: Notice['status'], alert: string, labels: Readonly<Record<string, string>> = {}, timeoutMs = 90_000): Promise<Notice> {
    const isIt = ({ labels: of }: Notice) => Object.entries({ alertname: alert, ...labels }).every(([name, value]) => of[name] === value);
    const describe = `${alert} to be told as ${status}`;
    return waitFor(
      () => {
        const last = this.notices.findLast(isIt);
        return last?.status === status && last;
      },
      { timeoutMs, describe },
    );
  }

  close(): Promise<void> {
    return this.receiver.stop();
  }
}
