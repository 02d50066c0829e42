/**
 * Operation that a tracking server refuses for good; `code` is the server's, such as
 * `RESOURCE_DOES_NOT_EXIST`, or made from the HTTP status.
 */
export class TrackingRefusal extends Error {
  readonly code: string;
  /** HTTP status; undefined for an answer of an unexpected form. */
  readonly status: number | undefined;

  constructor(code: string, message: string, status?: number) {
    super(message);
    this.code = code;
    this.status = status;
  }
}
