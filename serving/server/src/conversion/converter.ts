/** Signal that a request is no longer waited for, such as a `Signal`. */
export type Waiter = Pick<AbortSignal, 'aborted' | 'reason'>;

/** Pure conversion of a request's bytes to tensors, or of an answer's tensors to bytes. */
export interface Conversion<Given extends object, Made extends object> {
  /** Name by which another thread finds this conversion. */
  readonly name: string;
  readonly run: (given: Given) => Made;
}

/** Runs conversions; `size` is the approximate number of bytes or elements to convert. */
export interface Converter {
  /** Throws what the conversion throws, or the reason of `signal` if that was aborted before its turn. */
  convert<Given extends object, Made extends object>(
    conversion: Conversion<Given, Made>,
    given: Given,
    size: number,
    signal?: Waiter,
  ): Made | Promise<Made>;
  close(): Promise<void>;
}

/** Converter that runs everything at once in this thread. */
export const inThisThread: Converter = {
  convert: ({ run }, given) => run(given),
  close: async () => {},
};
