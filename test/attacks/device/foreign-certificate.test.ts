import { heldFloors } from '@murmuration/client-sdk/floors/floors';
import { demandsOf } from '@murmuration/client-sdk/floors/require-plan';
import { native } from '@murmuration/protocol/primitives/node';
import { type CertificateTerms, certify } from '@murmuration/protocol/secagg/certificate';
import { drawGraph } from '@murmuration/protocol/secagg/graph';
import { readRoster, writeRoster } from '@murmuration/protocol/secagg/roster';
import { describe, expect, test } from 'vitest';
import { bound, Cohort, seed } from '../../unit/protocol/secagg/cohort.ts';

const authority = native.ed25519.signingKey(seed(3, 0));
const noon = (day: number) => day * 86_400_000 + 43_200_000;
const masking = { threat: 'malicious', corrupt: 0, dropping: 0, graph: 'sparse' } as const;
const demands = demandsOf(
  masking,
  heldFloors({ enrolmentKey: authority.publicKey, population: 'phones', smallestCohort: 40 }),
  noon(20_000),
);
const { graph } = new Cohort({ devices: 40, demands });

/** What device 0 makes of its roster where the neighbour `other` has a certificate of these terms, and all others a good one. */
function reading(terms: CertificateTerms | undefined, other: number, issuer = authority) {
  const good = { population: 'phones', lastDay: 20_000 };
  const devices = graph.devices.map((keys, i) =>
    i === other
      ? { ...keys, certificate: terms && certify(native, issuer, terms, keys.identity) }
      : { ...keys, certificate: certify(native, authority, good, keys.identity) },
  );
  const roster = writeRoster(drawGraph(bound, devices, graph.parameters), 0);
  return () => readRoster(bound, devices[0]!, demands, roster);
}

describe('SA6: a coordinator that seats devices which the app’s authority has not let in', () => {
  const other = graph.neighbours[0]![2]!;

  test('gets a device to deal shares where all are certified', () => {
    expect(reading({ population: 'phones', lastDay: 20_000 }, other)).not.toThrow();
    expect(reading({ population: 'phones', lastDay: 20_365 }, other)).not.toThrow();
  });

  test.each([
    ['of another population of the same authority', { population: 'testers', lastDay: 20_365 }],
    ['that ended yesterday', { population: 'phones', lastDay: 19_999 }],
    ['that ended at the beginning of time', { population: 'phones', lastDay: 0 }],
    ['of none', undefined],
  ])('gets nothing with a certificate %s', (_, terms) => {
    expect(reading(terms, other)).toThrow('[secagg.roster]');
  });

  test('gets nothing with a certificate of its own making', () => {
    const own = native.ed25519.signingKey(seed(3, 9));
    expect(reading({ population: 'phones', lastDay: 20_365 }, other, own)).toThrow('[secagg.roster]');
  });
});
