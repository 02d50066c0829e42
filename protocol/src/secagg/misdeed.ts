import { type ErrorCode, MurmurationError } from '../errors/errors.ts';

/** What devices did that their own signatures prove: they revealed or dealt other shares than they, or their dealers, had signed. */
export class Misdeed extends MurmurationError {
  /** Their numbers in the graph of the round. */
  readonly devices: readonly number[];

  constructor(
    code: Extract<ErrorCode, 'secagg.share' | 'secagg.dealer'>,
    devices: readonly number[],
    detail: string,
  ) {
    super(code, detail);
    this.devices = devices;
  }
}
