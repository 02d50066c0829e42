import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Variant } from '../experiments/experiment.ts';
import type { InferRequest, InferResponse } from './request.ts';
import type { Resident } from './residents.ts';
import type { Signal } from './signal.ts';
import type { Stall } from './stalls.ts';

/** Hears of the end of a request: of its error, null where it was answered, and of its answer. */
export type Settled = (
  pending: PendingRequest,
  error: MurmurationError | null,
  response: InferResponse | null,
) => void;

/** How a request ends for whoever asked. */
interface Ends {
  readonly resolve: (response: InferResponse) => void;
  readonly reject: (reason: unknown) => void;
  /** Before whoever asked. */
  readonly settled: Settled;
}

/** A request and what becomes of it; it ends once, whatever comes first: an answer, an error, its deadline, or that nobody waits any more. */
export class PendingRequest {
  readonly request: InferRequest;
  /** When it came, by `Turns`. */
  readonly began: number;
  /** What answers it, once that is known. */
  resident: Resident | undefined;
  /** Its part in an experiment, where it has one. */
  variant: Variant | undefined;
  /** What ends it when its time is over. */
  stall: Stall | undefined;
  /** ms that it waited for the model. */
  waited = 0;
  /** Whether its caller has ended it. */
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

  /** Whether nobody waits for it any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** What its signal calls. */
  handleEvent(): void {
    const error = new MurmurationError('prediction.timeout', 'Nobody waits for the answer any more.');
    this.isLeft ||= !this.#isOver;
    if (this.#settle(error, null)) this.#ends.reject(this.#signal?.reason);
  }

  answer(response: InferResponse): void {
    if (this.#settle(null, response)) this.#ends.resolve(response);
  }

  /** Its caller gave it no more time. */
  leave(error: MurmurationError): void {
    this.isLeft ||= !this.#isOver;
    this.fail(error);
  }

  /** `reason` is what whoever asked is thrown. */
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
