import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { FloorName } from './floors.ts';

/** Error `plan.below-floor`, with the name of the floor. */
export class BelowFloor extends MurmurationError {
  readonly floor: FloorName;

  constructor(floor: FloorName, detail: string) {
    super('plan.below-floor', detail);
    this.floor = floor;
  }
}
