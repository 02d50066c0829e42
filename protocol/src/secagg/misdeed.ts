import { type ErrorCode, MurmurationError } from '../errors/errors.ts';

/**
 * Misdeed of devices, proven by their own signatures: they revealed or dealt other shares than they, or their
 * dealers, had signed.
 */
export class Misdeed extends MurmurationError {
  /** Numbers of the devices in the graph of the round. */
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
