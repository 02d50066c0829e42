import type { CheckIn } from '@murmuration/protocol/messages/check-in';
import { isOlder } from './sdk-version.ts';

/** What a device must show at its check-in. A condition that is asked for and that the device does not tell is not met. */
export interface Eligibility {
  /** Fewest examples to train on: devices are told, and one that has fewer does not check in. Nobody hears how many it has. */
  readonly minExamples: number;
  readonly idle: boolean;
  readonly charging: boolean;
  readonly unmetered: boolean;
  /** Least room for the app on the device, MiB; 0 asks for nothing. */
  readonly minFreeMiB: number;
  /** Oldest SDK, `major.minor.patch`. */
  readonly minSdk: string;
}

/** Why a device can't take part now, in words for its log; undefined where it can. */
export function ineligible(rules: Eligibility, { conditions }: CheckIn, sdk: string): string | undefined {
  if (conditions.awake === 0) return 'the device may not train in this wake';
  for (const condition of ['idle', 'charging', 'unmetered'] as const) {
    if (rules[condition] && conditions[condition] !== true)
      return `the task asks for a device that is ${condition}`;
  }
  if (rules.minFreeMiB > 0 && !((conditions.freeMiB ?? 0) >= rules.minFreeMiB))
    return `the task asks for a device with ${rules.minFreeMiB} MiB of room`;
  if (isOlder(sdk, rules.minSdk)) return `SDK ${sdk}; the task asks for ${rules.minSdk} or newer`;
  return undefined;
}
