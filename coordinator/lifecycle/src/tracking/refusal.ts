/** What a tracking server does not take, however often it is told; `code` is its own, such as `RESOURCE_DOES_NOT_EXIST`, or that of HTTP. */
export class TrackingRefusal extends Error {
  readonly code: string;
  /** Of HTTP; undefined: the answer was one of another kind than it should be. */
  readonly status: number | undefined;

  constructor(code: string, message: string, status?: number) {
    super(message);
    this.code = code;
    this.status = status;
  }
}
