import type { CheckIn } from '@murmuration/protocol/messages/check-in';
import { isOlder } from './sdk-version.ts';

/**
 * Conditions that a device must meet at its check-in. A condition that the device doesn't report is not met.
 */
export interface Eligibility {
  /**
   * Fewest examples to train on. Devices receive this number, and a device with fewer doesn't check in; its
   * own number never leaves it.
   */
  readonly minExamples: number;
  readonly idle: boolean;
  readonly charging: boolean;
  readonly unmetered: boolean;
  /** Oldest SDK version, as `major.minor.patch`. */
  readonly minSdk: string;
}

/** Returns the reason, for the device's log, why a device can't take part now; undefined if it can. */
export function ineligible(rules: Eligibility, { conditions }: CheckIn, sdk: string): string | undefined {
  if (conditions.awake === 0) return 'the device may not train in this wake';
  for (const condition of ['idle', 'charging', 'unmetered'] as const) {
    if (rules[condition] && conditions[condition] !== true)
      return `the task asks for a device that is ${condition}`;
  }
  if (isOlder(sdk, rules.minSdk)) return `SDK ${sdk}; the task asks for ${rules.minSdk} or newer`;
  return undefined;
}
