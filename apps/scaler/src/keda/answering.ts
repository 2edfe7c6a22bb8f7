import { type handleUnaryCall, status } from '@grpc/grpc-js';
import { Refusal } from './refusal.js';

/** Told of every call: its method and how it ended, and what nobody expected. */
export interface CallObserver {
  answered(method: string, code: status): void;
  failed(method: string, error: unknown): void;
}

type Answer<Result> = { readonly result: Result } | { readonly refusal: Refusal };

/** Whatever happens in a call, its caller gets a gRPC status, and no more of our insides than a Refusal tells. */
export class Answering {
  constructor(private readonly observer: CallObserver) {}

  /** @throws Refusal and nothing else */
  guard<Result>(method: string, work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      if (error instanceof Refusal) throw error;
      this.observer.failed(method, error);
      throw new Refusal(status.INTERNAL, 'this failed in the scaler: its log tells why');
    }
  }

  /** Does the work, and tells the observer how it ended. */
  answer<Result>(method: string, work: () => Result): Answer<Result> {
    try {
      const result = this.guard(method, work);
      this.observer.answered(method, status.OK);
      return { result };
    } catch (error) {
      const refusal = error as Refusal;
      this.observer.answered(method, refusal.code);
      return { refusal };
    }
  }

  unary<Request, Response>(method: string, work: (request: Request) => Response): handleUnaryCall<Request, Response> {
    return ({ request }, callback) => {
      const answer = this.answer(method, () => work(request));
      if ('refusal' in answer) callback(answer.refusal);
      else callback(null, answer.result);
    };
  }
}
