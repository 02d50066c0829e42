import type { CoordinatorEvents } from '@murmuration/coordinator/events/events';
import { trustProxies } from '@murmuration/coordinator/limits/address';
import { type Limits, limitsSchema } from '@murmuration/coordinator/limits/limits';
import type { Clock } from '@murmuration/protocol/time/clock';

/** What bounds the doors of a coordinator: the limits that it has unless told otherwise, but for `change`. */
export function boundsOf(
  { events, clock }: { events: CoordinatorEvents; clock: Clock },
  change: Partial<Limits> = {},
  trusted: readonly string[] = [],
) {
  return { events, clock, limits: limitsSchema.parse(change), trustedProxies: trustProxies(trusted) };
}
