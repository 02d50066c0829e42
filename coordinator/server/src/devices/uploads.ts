import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId, DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import type { UploadReceipt } from '@murmuration/protocol/messages/round';
import type { Lifetime, UpdateIntake } from '@murmuration/rounds/rounds/round-under-way';
import type { Traffic } from '@murmuration/rounds/rounds/traffic';

/** Data of an upload known before its first byte. */
export interface UploadHead {
  readonly round: RoundId;
  readonly assignment: AssignmentId;
  /** Token of the device's assignment. */
  readonly token: Uint8Array;
  /** Signature of a masked update by its device; 64 bytes. */
  readonly signature: Uint8Array | undefined;
  /** Length of the update in bytes. */
  readonly length: number;
}

export interface UploadPorts {
  /**
   * Returns the round under way that an assignment is in. Throws `round.closed` if it is over,
   * `round.unknown`, `assignment.unknown`.
   */
  readonly findRound: (round: RoundId, assignment: AssignmentId) => UpdateIntake & Pick<Lifetime, 'terms'>;
  readonly traffic: Traffic;
  readonly isRevoked: (device: DeviceId) => boolean;
}

/** Takes the devices' updates over any transport: first `check`, then `take` once the bytes have arrived. */
export class Uploads {
  readonly #ports: UploadPorts;

  constructor(ports: UploadPorts) {
    this.#ports = ports;
  }

  /**
   * Validates an upload before its bytes are read: round, assignment, token, signature and length must match.
   * Throws `round.*`, `assignment.*`, `device.revoked`, `update.unsigned` or `update.wrong-length`.
   */
  check({ round, assignment, token, signature, length }: UploadHead): void {
    const driver = this.#ports.findRound(round, assignment);
    const device = driver.authenticate(assignment, token);
    if (this.#ports.isRevoked(device)) throw new MurmurationError('device.revoked');
    driver.requireSigned(assignment, signature);
    if (length !== driver.updateLength)
      throw new MurmurationError(
        'update.wrong-length',
        `An update of this round has ${driver.updateLength} bytes; this one announces ${length}.`,
      );
  }

  /**
   * Adds the bytes of a checked upload, once. Resolves and throws as the `accept` of its round; also throws
   * `round.*`.
   */
  take(
    { round, assignment, signature }: Pick<UploadHead, 'round' | 'assignment' | 'signature'>,
    bytes: Uint8Array,
  ): Promise<UploadReceipt> {
    const driver = this.#ports.findRound(round, assignment);
    this.#ports.traffic.add(driver.terms.plan.task, 'up', bytes.length);
    return driver.accept(assignment, bytes, signature);
  }
}
