/** The part of autocannon (which has no types of its own) that bench uses. */
declare module 'autocannon' {
  interface Request {
    headers: Record<string, string>;
  }

  interface Options {
    readonly url: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly connections: number;
    /** Seconds. */
    readonly duration: number;
    /** `setupRequest` is called before each request is sent. */
    readonly requests?: readonly { setupRequest(request: Request): Request }[];
  }

  interface Outcome {
    /** Seconds. */
    readonly duration: number;
    readonly '2xx': number;
    readonly non2xx: number;
    /** No answer, late answers included. */
    readonly errors: number;
    /** Milliseconds, of answers with 2xx. */
    readonly latency: { readonly p50: number; readonly p99: number };
  }

  export default function autocannon(options: Options): Promise<Outcome> & { stop(): void };
}
