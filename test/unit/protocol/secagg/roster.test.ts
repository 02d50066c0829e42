import { concatBytes } from '@murmuration/protocol/encoding/bytes';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { certify } from '@murmuration/protocol/secagg/certificate';
import {
  drawGraph,
  drawRing,
  leafOf,
  type MaskingGraph,
  neighboursOf,
} from '@murmuration/protocol/secagg/graph';
import { deriveSecrets, readKeys, signKeys, writeKeys } from '@murmuration/protocol/secagg/keys';
import { merkleRoot, merkleTree } from '@murmuration/protocol/secagg/merkle';
import { fewestInAnySum } from '@murmuration/protocol/secagg/parameters';
import { type Demands, readRoster, writeRoster } from '@murmuration/protocol/secagg/roster';
import { Secret } from '@murmuration/protocol/secagg/secret';
import { describe, expect, test } from 'vitest';
import { bound, Cohort, seed, undemanding } from './cohort.ts';

const parameters = { graph: 'harary', devices: 20, neighbours: 6, threshold: 3 } as const;
const cohort = new Cohort({ devices: 20, parameters });
const { context, graph } = cohort;
const headBytes = 18;
const entryBytes = 4 + 160;

const read = (roster: Uint8Array, self = 0, demands: Demands = undemanding) =>
  readRoster(context, graph.devices[self]!, demands, roster);
const touched = (bytes: Uint8Array, at: number, by = 1) =>
  bytes.map((byte, i) => (i === at ? byte ^ by : byte));

describe('SA6: the roster', () => {
  test('tells every device its number, its neighbours and their keys', () => {
    for (const self of cohort.numbers) {
      const neighbourhood = read(writeRoster(graph, self), self);
      expect(neighbourhood).toMatchObject({
        parameters,
        self,
        neighbours: graph.neighbours[self],
        graph: graph.context.graph,
      });
      const keys = [...graph.neighbours[self]!].flatMap(i => [
        graph.devices[i]!.identity,
        graph.devices[i]!.sealing,
        graph.devices[i]!.masking,
      ]);
      expect(neighbourhood.keys).toEqual(concatBytes(...keys));
    }
  });

  test('has at most 30 KiB for 78 neighbours of 1,000, proofs included', () => {
    const sizes = { graph: 'harary', devices: 1000, neighbours: 78, threshold: 52 } as const;
    const devices = Array.from({ length: 1000 }, (_, i) => ({
      identity: seed(1, i),
      sealing: seed(2, i),
      masking: seed(3, i),
      signature: concatBytes(seed(4, i), seed(5, i)),
    }));
    expect(writeRoster(drawGraph(context, devices, sizes), 0).length).toBeLessThan(30 * 1024);
  });

  test.each([
    ['in the kind of graph', 0, 'No complete graph on 20 devices has 6 neighbours each. [secagg.parameters]'],
    ['in the number of devices', 1, 'The inclusion proof has the wrong length. [secagg.roster]'],
    [
      'in the number of neighbours',
      5,
      'No harary graph on 20 devices has 7 neighbours each. [secagg.parameters]',
    ],
    ['in its own number', 13, '[secagg.roster]'],
    ["in a neighbour's number", headBytes, '[secagg.roster]'],
    ["in a neighbour's identity", headBytes + 4, '[secagg.keys]'],
    ["in a neighbour's sealing key", headBytes + 40, '[secagg.keys]'],
    ["in a neighbour's masking key", headBytes + 70, '[secagg.keys]'],
    ["in a neighbour's signature", headBytes + 110, '[secagg.keys]'],
    ['in the identity of a successor', headBytes + 6 * entryBytes + 3, '[secagg.roster]'],
    ['in the keys of a successor', headBytes + 6 * entryBytes + 40, '[secagg.roster]'],
    ['in the proof', -3, '[secagg.roster]'],
  ])('is refused when one bit was touched %s', (_, at, code) => {
    expect(() =>
      read(touched(writeRoster(graph, 0), at < 0 ? writeRoster(graph, 0).length + at : at)),
    ).toThrow(code);
  });

  test('is refused when it ends early or goes on', () => {
    const roster = writeRoster(graph, 0);
    const leaves = headBytes + 6 * entryBytes;
    const early = 'The roster ends early. [secagg.roster]';
    const proof = 'The inclusion proof has the wrong length. [secagg.roster]';
    for (const [length, why] of [
      [0, 'The frame ends 1 bytes early. [protocol.frame]'],
      [10, 'The frame ends 3 bytes early. [protocol.frame]'],
      [headBytes, early],
      [headBytes + entryBytes, early],
      [leaves - 1, early],
      [leaves, early],
      [roster.length - 32, proof],
      [roster.length - 1, proof],
    ] as const)
      expect(() => read(roster.subarray(0, length))).toThrow(why);
    expect(() => read(concatBytes(roster, new Uint8Array(32)))).toThrow(
      'The inclusion proof has the wrong length. [secagg.roster]',
    );
  });

  test('is refused when it is of no kind, or gives two devices one number or one that there is not', () => {
    const roster = writeRoster(graph, 0);
    const [first, second] = graph.neighbours[0]!;
    const numbered = (number: number) => {
      const forged = roster.slice();
      new DataView(forged.buffer).setUint32(headBytes, number, true);
      return () => read(forged);
    };
    expect(numbered(first!)).not.toThrow();
    for (const number of [0, second!, 20, 21])
      expect(numbered(number)).toThrow(
        'Two devices of the roster have one number, or one has none. [secagg.roster]',
      );
    expect(() => read(roster.with(0, 2))).toThrow(
      'The roster is of an unknown kind of graph. [secagg.roster]',
    );
  });

  test('is refused when it is for another device, or of another round', () => {
    expect(() => read(writeRoster(graph, 1))).toThrow('[secagg.');
    const elsewhere = { ...context, round: 'S'.repeat(22) as RoundId };
    expect(() => readRoster(elsewhere, graph.devices[0]!, undemanding, writeRoster(graph, 0))).toThrow(
      '[secagg.keys]',
    );
  });

  test('is refused when the coordinator chose the neighbours itself, though all keys and proofs are right', () => {
    const chosen: MaskingGraph = {
      ...graph,
      neighbours: graph.neighbours.map((_, i) =>
        Uint32Array.from([1, 2, 3, 4, 5, 6], d => (i + d) % 20).sort(),
      ),
    };
    expect(() => read(writeRoster(chosen, 0))).toThrow(
      'The neighbours are not those that the Merkle root gives this device.',
    );
  });

  test('is refused when the coordinator numbers the devices as it likes, with a tree and a ring to fit', () => {
    const devices = graph.devices.toReversed();
    const leaves = devices.map(device => leafOf(context, device));
    const tree = merkleTree(native, leaves);
    const ring = drawRing(context, devices.length, merkleRoot(tree));
    const neighbours = devices.map((_, i) => neighboursOf(parameters, ring, i));
    const roster = writeRoster({ ...graph, devices, leaves, tree, neighbours }, 4);
    expect(() => readRoster(context, devices[4]!, undemanding, roster)).toThrow(
      'The devices of the roster are not numbered by the order of their identities. [secagg.roster]',
    );
  });

  test("is refused when it gives a neighbour this device's own key", () => {
    // A device with another identity that signs for the first one's masking key.
    const thief = native.ed25519.signingKey(seed(1, 99));
    const secrets = deriveSecrets(context, new Secret(seed(2, 99)));
    const stolen = { ...secrets, masking: { ...secrets.masking, publicKey: graph.devices[0]!.masking } };
    const keys = readKeys(context, thief.publicKey, writeKeys(signKeys(context, thief, stolen)));
    const victim = graph.neighbours[0]![2]!;
    const devices = graph.devices.map((device, i) => (i === victim ? keys : device));
    const forged = { ...graph, devices, leaves: devices.map(device => leafOf(context, device)) };
    expect(() => read(writeRoster(forged, 0))).toThrow('Another device of the round has the same key.');
  });
});

describe('SA5: what an app demands, no roster lowers', () => {
  test('the smallest cohort', () => {
    for (const demands of [
      { ...undemanding, smallestCohort: 21 },
      { ...undemanding, smallestCohort: 3, smallestSum: 21 },
    ])
      expect(() => read(writeRoster(graph, 0), 0, demands)).toThrow(
        'The cohort has 20 devices; this device takes part in cohorts of 21 or more. [secagg.parameters]',
      );
    expect(() => read(writeRoster(graph, 0), 0, { ...undemanding, smallestCohort: 20 })).not.toThrow();
  });

  test('the smallest sum that a coordinator can open, whatever it does', () => {
    const assumptions = { threat: 'malicious', corrupt: 0, dropping: 0 } as const;
    const parameters = { graph: 'harary', devices: 20, neighbours: 6, threshold: 4 } as const;
    const roster = writeRoster(new Cohort({ devices: 20, parameters }).graph, 0);
    const fewest = fewestInAnySum(parameters, assumptions)!;
    const within = (smallestSum: number) => () =>
      readRoster(context, graph.devices[0]!, { ...undemanding, assumptions, smallestSum }, roster);
    expect(within(fewest)).not.toThrow();
    expect(within(fewest + 1)).toThrow(
      `This graph lets sums of ${fewest} devices be opened; this device takes part in sums of ${fewest + 1} or more. [secagg.parameters]`,
    );
  });

  test('the threat model and the corrupt fraction', () => {
    const demands = (threat: 'honest-but-curious' | 'malicious', corrupt: number): Demands => ({
      ...undemanding,
      assumptions: { threat, corrupt, dropping: 0 },
    });
    expect(() => read(writeRoster(graph, 0), 0, demands('honest-but-curious', 0.1))).not.toThrow();
    expect(() => read(writeRoster(graph, 0), 0, demands('malicious', 0))).toThrow(
      'No harary graph on 20 devices with 6 neighbours and threshold 3 is safe against a malicious coordinator with 0 % of the devices corrupt and 0 % lost. [secagg.parameters]',
    ); // 2t = k
    expect(() => read(writeRoster(graph, 0), 0, demands('honest-but-curious', 0.2))).toThrow(
      '[secagg.parameters]',
    );
  });
});

describe('SA6: with a pinned enrolment key', () => {
  const authority = native.ed25519.signingKey(seed(3, 0));
  const terms = { population: 'phones', lastDay: 20_000 };
  const pinned = { key: authority.publicKey, population: 'phones' };
  const demands: Demands = { ...undemanding, authority: pinned, today: 20_000 };
  const certifiedBy = (issuer: typeof authority, uncertified?: number, given = terms) => {
    const devices = graph.devices.map((keys, i) =>
      i === uncertified ? keys : { ...keys, certificate: certify(native, issuer, given, keys.identity) },
    );
    return drawGraph(bound, devices, parameters);
  };

  test('a neighbour that the authority has certified is accepted', () => {
    const roster = writeRoster(certifiedBy(authority), 0);
    expect(read(roster, 0, demands).neighbours).toEqual(graph.neighbours[0]);
    expect(read(roster, 0).neighbours).toEqual(graph.neighbours[0]); // who pins no key takes it as well
  });

  test('a neighbour without a certificate, or certified by somebody else, is refused', () => {
    const somebody = native.ed25519.signingKey(seed(3, 1));
    const refused = (graph: MaskingGraph) =>
      expect(() => read(writeRoster(graph, 0), 0, demands)).toThrow(
        'A neighbour is not certified by the enrolment authority for this population and day. [secagg.roster]',
      );
    refused(graph);
    refused(certifiedBy(authority, graph.neighbours[0]![3]));
    refused(certifiedBy(somebody));
  });

  test('a neighbour that the authority has certified for another population, or until yesterday, is refused', () => {
    const refused = (given: typeof terms) =>
      expect(() => read(writeRoster(certifiedBy(authority, undefined, given), 0), 0, demands)).toThrow(
        'A neighbour is not certified by the enrolment authority for this population and day. [secagg.roster]',
      );
    refused({ ...terms, population: 'tablets' });
    refused({ ...terms, lastDay: 19_999 });
  });
});
