import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '../events/events.ts';
import { configured } from '../operators/configured.ts';
import { Operators } from '../operators/operators.ts';
import { type EnrolmentVerifier, enrolmentBy } from '../population/enrolment.ts';
import { Population } from '../population/population.ts';
import type { Storage } from '../storage/storage.ts';
import type { Config } from './config.ts';

/** By what secrets are made and compared. */
export interface Secrets {
  readonly primitives: Primitives;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/** The operators of the configuration and of the storage. */
export function operatorsOf(
  { operatorTokens }: Pick<Config, 'operatorTokens'>,
  storage: Pick<Storage, 'operatorTokens' | 'audit'>,
  secrets: Secrets,
  events: CoordinatorEvents,
): Operators {
  return new Operators(configured(operatorTokens, storage.operatorTokens), storage.audit, secrets, entry =>
    events.emit('audited', entry),
  );
}

/** The devices, of which nothing is read yet, with all ways to enrol that the configuration offers. */
export function populationOf(
  { enrolmentTokens, openEnrolment }: Pick<Config, 'enrolmentTokens' | 'openEnrolment'>,
  { devices, enrolmentTokens: stored }: Pick<Storage, 'devices' | 'enrolmentTokens'>,
  secrets: Secrets,
  events: CoordinatorEvents,
  verifier: EnrolmentVerifier | undefined,
): Population {
  const ways = { listed: enrolmentTokens, stored, verifier, isOpen: openEnrolment };
  const mayEnrol = enrolmentBy(ways, secrets, error => events.emit('fault', 'the enrolment verifier', error));
  return new Population(devices, mayEnrol, secrets.primitives, secrets.clock);
}
