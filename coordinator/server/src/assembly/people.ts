import { native } from '@murmuration/protocol/primitives/node';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import { type TrustedProxies, trustProxies } from '@murmuration/rounds/limits/address';
import { configured } from '@murmuration/rounds/operators/configured';
import { Operators } from '@murmuration/rounds/operators/operators';
import { Sessions } from '@murmuration/rounds/operators/sessions';
import { type EnrolmentVerifier, enrolmentBy } from '@murmuration/rounds/population/enrolment';
import { Population } from '@murmuration/rounds/population/population';
import { OperatorAuthenticator } from '../http/operator-authenticator.ts';
import type { Scope } from './scope.ts';

/** Primitives that create and compare secrets. */
export interface Secrets {
  readonly primitives: Primitives;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/** Operators of a process and devices that it knows, from its configuration and its storage. */
export interface People {
  readonly secrets: Secrets;
  readonly operators: Operators;
  readonly authenticator: OperatorAuthenticator;
  /** Population, whose data is not read yet. */
  readonly population: Population;
  readonly trustedProxies: TrustedProxies;
}

/**
 * Opens the accounts of operators and devices. `verifyEnrolment` is a custom way to enrol, in addition to
 * those of the configuration.
 */
export function openPeople(
  { config, storage, clock, random, events }: Scope,
  verifyEnrolment: EnrolmentVerifier | undefined,
): People {
  const secrets = { primitives: native, clock, random };
  const tokens = configured(config.operatorTokens, storage.operatorTokens);
  const operators = new Operators(tokens, storage.audit, secrets, entry => events.emit('audited', entry));
  const sessions = new Sessions(operators, storage.sessions, secrets, () => events.emit('signed-out'));
  const trustedProxies = trustProxies(config.trustedProxies);
  const mayEnrol = enrolmentBy(
    {
      listed: config.enrolmentTokens,
      stored: storage.enrolmentTokens,
      verifier: verifyEnrolment,
      isOpen: config.openEnrolment,
    },
    secrets,
    error => events.emit('fault', 'the enrolment verifier', error),
  );
  return {
    secrets,
    operators,
    authenticator: new OperatorAuthenticator(operators, sessions, trustedProxies),
    population: new Population(storage.devices, mayEnrol, native, clock),
    trustedProxies,
  };
}
