import { chance } from './chance.ts';
import type { LossPhase } from './losses.ts';
import type { DeviceSettings } from './settings.ts';

/** What happens to one device of a round. */
export interface DeviceFault {
  readonly device: number;
  readonly phase: LossPhase;
  /** As in the settings of devices. */
  readonly how: DeviceSettings['faults'][number]['how'];
  /** How much later what is late arrives, or who left is back, ms. */
  readonly by: number;
}

/**
 * The faults that a scenario asks for in a round, each on devices of its cohort that no fault before it hit, drawn at random; on fewer
 * where no more are left.
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
