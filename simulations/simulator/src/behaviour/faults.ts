import { chance } from './chance.ts';
import type { LossPhase } from './losses.ts';
import type { DeviceSettings } from './settings.ts';

/** Fault of one device in a round. */
export interface DeviceFault {
  readonly device: number;
  readonly phase: LossPhase;
  /** Kind of fault, see `deviceSettings`. */
  readonly how: DeviceSettings['faults'][number]['how'];
  /** Delay in ms until a late message arrives or a device that left is back. */
  readonly by: number;
}

/**
 * Returns the faults of a round. Each hits devices of the cohort that no earlier fault hit, drawn at random;
 * fewer if the cohort is used up.
 */
export function faultsOn(
  faults: DeviceSettings['faults'],
  seed: number,
  round: number,
  cohort: readonly number[],
): DeviceFault[] {
  const ofRound = faults.filter(fault => fault.round === round);
  if (ofRound.length === 0) return [];
  const drawn = cohort
    .map(device => ({ device, at: chance(seed, 'fault', round, device) }))
    .sort((a, b) => a.at - b.at);
  return ofRound.flatMap(({ phase, devices, how, by }) =>
    drawn.splice(0, devices).map(({ device }) => ({ device, phase, how, by })),
  );
}
