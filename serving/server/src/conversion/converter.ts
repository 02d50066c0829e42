/** What tells that nobody waits any more, such as a `Signal`. */
export type Waiter = Pick<AbortSignal, 'aborted' | 'reason'>;

/** Makes tensors of the bytes of a request, or bytes of the tensors of an answer, of nothing but what it is given. */
export interface Conversion<Given extends object, Made extends object> {
  /** By which another thread knows it. */
  readonly name: string;
  readonly run: (given: Given) => Made;
}

/** Where requests are read and answers written: `size` is about how many bytes, or elements, that takes. */
export interface Converter {
  /** Throws what the conversion throws, and the reason of `signal` where nobody waits any more when its turn comes. */
  convert<Given extends object, Made extends object>(
    conversion: Conversion<Given, Made>,
    given: Given,
    size: number,
    signal?: Waiter,
  ): Made | Promise<Made>;
  close(): Promise<void>;
}

/** All of them at once, in this thread. */
export const inThisThread: Converter = {
  convert: ({ run }, given) => run(given),
  close: async () => {},
};
