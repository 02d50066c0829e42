import { concatBytes, hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { writeBundle } from '@murmuration/protocol/secagg/aggregator';
import type { GraphParameters } from '@murmuration/protocol/secagg/parameters';
import { writeRoster } from '@murmuration/protocol/secagg/roster';
import { expect, test } from 'vitest';
import frozen from '../../../vectors/secagg-transcripts.json' with { type: 'json' };
import { Cohort } from './cohort.ts';

/** The SHA-256 of all messages of each phase of a round in which devices 1, 2 and 3 are lost, at shares, updates and agreement. */
function transcript(parameters: GraphParameters): Record<string, string> {
  const cohort = new Cohort({ devices: parameters.devices, parameters });
  const rosters = cohort.numbers.map(i => writeRoster(cohort.graph, i));
  cohort.deal(i => i === 1);
  const bundles = [...cohort.dealings.keys()].map(i => writeBundle(cohort.graph, cohort.dealings, i));
  cohort
    .take()
    .mask(
      i => Int32Array.of(i, -i, 1),
      i => i === 2,
    )
    .agree(i => i === 3 && parameters.graph === 'harary')
    .reveal();
  const digest = (messages: Iterable<Uint8Array>) => hex(native.sha256(concatBytes(...messages)));
  return {
    keys: digest(cohort.entered.map(({ message }) => message)),
    rosters: digest(rosters),
    dealings: digest(cohort.dealt.map(({ message }) => message)),
    bundles: digest(bundles),
    masked: digest(Array.from(cohort.masked.values(), ({ update }) => new Uint8Array(update.buffer))),
    statement: digest([cohort.statement]),
    signatures: digest(Array.from(cohort.masked.values(), ({ state }) => state.message)),
    agreements: digest(Array.from(cohort.agreed.values(), ({ message }) => message)),
    agreed: digest(Array.from(cohort.agreed.keys(), i => cohort.agreedFor(i))),
    reveals: digest(Array.from(cohort.revealed.values(), ({ message }) => message)),
  };
}

test.each([
  ['harary', { graph: 'harary', devices: 11, neighbours: 6, threshold: 3 }],
  ['complete', { graph: 'complete', devices: 9, neighbours: 8, threshold: 7 }],
] as const)('SA3–SA14: a round on a %s graph has the frozen messages', (graph, parameters) => {
  expect(transcript(parameters)).toEqual(frozen[graph]);
});
