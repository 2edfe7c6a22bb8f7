import { status } from '@grpc/grpc-js';

/** Characters of a reason that go over the wire: it travels in a header, and some come from elsewhere. */
const MAX_DETAILS = 500;

/** An answer that is an error, with its gRPC status. KEDA keeps the replicas as they are when it gets one. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly details: string;

  constructor(
    readonly code: status,
    message: string,
  ) {
    super(message);
    const whole = message.length > MAX_DETAILS ? `${message.slice(0, MAX_DETAILS)}…` : message;
    // Half of a surrogate pair, which may be what was cut in two, cannot be sent.
    this.details = Buffer.from(whole).toString();
  }
}

/** For what is wrong in the ScaledObject: asking again does not help. */
export function invalid(message: string): Refusal {
  return new Refusal(status.INVALID_ARGUMENT, message);
}

/** For what is not known now: asking again may help. */
export function unavailable(message: string): Refusal {
  return new Refusal(status.UNAVAILABLE, message);
}
