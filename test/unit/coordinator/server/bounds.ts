import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { trustProxies } from '@murmuration/rounds/limits/address';
import { type Limits, limitsSchema } from '@murmuration/rounds/limits/limits';

/** What bounds the doors of a coordinator: the limits that it has unless told otherwise, but for `change`. */
export function boundsOf(
  { events, clock }: { events: CoordinatorEvents; clock: Clock },
  change: Partial<Limits> = {},
  trusted: readonly string[] = [],
) {
  return {
    events,
    clock,
    limits: { ...limitsSchema.parse(undefined), ...change },
    trustedProxies: trustProxies(trusted),
  };
}
