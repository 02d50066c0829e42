import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Variant } from '../experiments/experiment.ts';
import type { InferRequest, InferResponse } from './request.ts';
import type { Resident } from './residents.ts';
import type { Signal } from './signal.ts';
import type { Stall } from './stalls.ts';

/** Called at the end of a request, with its error or null, and its answer or null. */
export type SettledListener = (
  pending: PendingRequest,
  error: MurmurationError | null,
  response: InferResponse | null,
) => void;

/** Callbacks for the end of a request. */
interface Ends {
  readonly resolve: (response: InferResponse) => void;
  readonly reject: (reason: unknown) => void;
  /** Called before the caller gets the result. */
  readonly settled: SettledListener;
}

/**
 * Request under way. It ends once, by whatever comes first: an answer, an error, its deadline, or its
 * caller's abort.
 */
export class PendingRequest {
  readonly request: InferRequest;
  /** Time of arrival, by `Turns`. */
  readonly began: number;
  /** Resident that answers it, once known. */
  resident: Resident | undefined;
  /** Variant of an experiment that it is part of. */
  variant: Variant | undefined;
  /** Deadline timer. */
  stall: Stall | undefined;
  /** Milliseconds that it waited for the model. */
  waited = 0;
  /** True if its caller ended it. */
  isLeft = false;
  readonly #signal: Signal | undefined;
  readonly #ends: Ends;
  #isOver = false;

  constructor(request: InferRequest, began: number, signal: Signal | undefined, ends: Ends) {
    this.request = request;
    this.began = began;
    this.#signal = signal;
    this.#ends = ends;
    if (signal?.aborted) this.handleEvent();
    else signal?.addEventListener('abort', this);
  }

  /** True once it has ended. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Handles the abort of its signal. */
  handleEvent(): void {
    const error = new MurmurationError('prediction.timeout', 'Nobody waits for the answer any more.');
    this.isLeft ||= !this.#isOver;
    if (this.#settle(error, null)) this.#ends.reject(this.#signal?.reason);
  }

  answer(response: InferResponse): void {
    if (this.#settle(null, response)) this.#ends.resolve(response);
  }

  /** Ends it because of the caller's own timeout. */
  leave(error: MurmurationError): void {
    this.isLeft ||= !this.#isOver;
    this.fail(error);
  }

  /** Ends it with an error; `reason` is what the caller's promise rejects with. */
  fail(error: MurmurationError, reason: unknown = error): void {
    if (this.#settle(error, null)) this.#ends.reject(reason);
  }

  #settle(error: MurmurationError | null, response: InferResponse | null): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#signal?.removeEventListener('abort', this);
    this.#ends.settled(this, error, response);
    return true;
  }
}
