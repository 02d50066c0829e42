import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import type { HeavyHittersQuery } from '@murmuration/protocol/queries/query';
import { writeQuery } from '@murmuration/protocol/queries/query-bytes';
import { bucketRows, digestOf } from '@murmuration/protocol/queries/text-digest';
import { readTable } from '@murmuration/protocol/queries/text-reader';
import { tableFor } from '@murmuration/protocol/queries/text-table';
import { queryForm } from '@murmuration/protocol/queries/vector';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { putOn } from '../../sides.ts';
import { answering, Told } from './answering.ts';
import { day, fair, hour, type Victim } from './victim.ts';

const largestCohort = 30;
const query = defineQuery({
  name: 'words',
  kind: 'heavy-hitters',
  values: 10,
  buckets: 256,
  texts: 5,
}) as HeavyHittersQuery;
/** What nobody else has. */
const rare = 'swordfish-qzv';

/** A device, on the side of counts, whose person types one text that nobody else types, and often. */
async function typist(seed = 1, kept?: Storage, clock?: VirtualClock): Promise<Victim> {
  const storage = kept ?? memoryStorage();
  if (!kept) await putOn('counts', 'words', storage, seed);
  return answering({
    answers: { words: { kinds: ['heavy-hitters'], answer: () => Array<string>(9).fill(rare) } },
    seed,
    storage,
    ...(clock && { clock }),
  });
}

type Forged = HeavyHittersQuery & { readonly heavy: Uint8Array };

/** A sketch that no round has led to: all buckets that `wants` are heavy. */
function forged(wants: (row: number, bucket: number) => boolean): Forged {
  const heavy = new Uint8Array((bucketRows * query.buckets) / 8);
  for (let row = 0; row < bucketRows; row++)
    for (let bucket = 0; bucket < query.buckets; bucket++)
      if (wants(row, bucket)) heavy[(row * query.buckets + bucket) >> 3]! |= 1 << (bucket & 7);
  return { ...query, heavy };
}

/** Asks for the second round, and opens what this one device has said: more than any coordinator sees. */
async function asked(victim: Victim, round: string, second: HeavyHittersQuery): Promise<Int32Array> {
  const told = new Told(
    victim,
    await victim.assign(round, { ...fair, largestCohort, query: writeQuery(second) }),
  );
  await told.untilUpload();
  const statement = told.peers.statement();
  await told.tell('survivors', statement);
  await told.tell('agreed', told.peers.agreed(statement));
  return told.peers.sentBy(victim.coordinator.uploads.at(-1)!.bytes, statement, told.last('reveal'));
}

/** All that the attacker can read of what so many devices have said. */
function read(vectors: readonly Int32Array[]) {
  const asked = aimed();
  const sum = new Int32Array(tableFor(asked).elements);
  for (const vector of vectors) for (const [i, element] of vector.entries()) sum[i] = (sum[i]! + element) | 0;
  const { width } = queryForm(asked, largestCohort);
  return readTable(asked, sum, width, vectors.length, sha256);
}

/** As many heavy buckets as there is room for, those of the rare text among them. */
const aimed = () => {
  const { buckets } = digestOf(rare, query, sha256);
  return forged((row, bucket) => (bucket - buckets[row]! + query.buckets) % query.buckets < query.texts);
};

describe('a coordinator that makes up which buckets are heavy', () => {
  it('QY8: gets nothing for a sketch in which all of them are', async () => {
    const victim = await typist();
    await victim.assign('r1', { ...fair, largestCohort, query: writeQuery(forged(() => true)) });
    expect([victim.floors, victim.given, victim.left]).toEqual([['queries'], 0, ['declined']]);
  });

  it('QY8: gets nothing for one that a larger cohort would have filled', async () => {
    const victim = await typist();
    await victim.assign('r1', { ...fair, largestCohort: 100_000, query: writeQuery(forged(() => true)) });
    expect([victim.floors, victim.given]).toEqual([['queries'], 0]);
  });

  it('QY8: gets nothing for one bucket more than there is room for', async () => {
    const victim = await typist();
    const sketch = forged((row, bucket) => bucket < query.texts + (row === 1 ? 1 : 0));
    await victim.assign('r1', { ...fair, largestCohort, query: writeQuery(sketch) });
    expect([victim.floors, victim.given]).toEqual([['queries'], 0]);
  });

  it('QY9: reads no text of one device, or of two, by sketches that are aimed at it, month after month', async () => {
    const first = await typist(1);
    const vectors = [await asked(first, 'r1', aimed())];
    await first.device.client.stop();
    const nextMonth = await typist(1, first.storage, new VirtualClock(first.clock.now() + 29 * day));
    vectors.push(await asked(nextMonth, 'r2', aimed()));
    // The entry is there, and is the same piece each time.
    expect(read(vectors.slice(0, 1))).toEqual({ texts: [], unread: [1] });
    expect(read(vectors)).toEqual({ texts: [], unread: [2] });
    vectors.push(await asked(await typist(2), 'r3', aimed()));
    expect(read(vectors)).toEqual({ texts: [], unread: [3] });
  });

  it('QY15: gets nothing more by saying that the second round has failed, under whatever definition', async () => {
    const victim = await typist();
    await asked(victim, 'r1', aimed());
    await victim.device.client.stop();
    const others = forged((_, bucket) => bucket < query.texts);
    for (const [hours, second] of [
      [1, aimed()],
      [2, others],
      [27 * 24, { ...aimed(), threshold: query.threshold + 1, period: 2 * day }],
    ] as const) {
      const clock = new VirtualClock(victim.clock.now() + hours * hour);
      const again = await typist(1, victim.storage, clock);
      await again.assign(`r${1 + hours}`, { ...fair, largestCohort, query: writeQuery(second) });
      expect([again.floors, again.given, again.left]).toEqual([['queryPeriod'], 0, ['declined']]);
      await again.device.client.stop();
    }
  });

  it('reads what three devices say different pieces of, and learns whether a guess is right', async () => {
    // That is where the promise ends: the threshold above it is the coordinator's to keep.
    const vectors: Int32Array[] = [];
    let texts: readonly { text: string }[] = [];
    for (let seed = 1; seed < 12 && texts.length === 0; seed++) {
      vectors.push(await asked(await typist(seed), `r${seed}`, aimed()));
      ({ texts } = read(vectors));
      if (vectors.length < 3) expect(texts).toEqual([]);
    }
    expect(texts).toMatchObject([{ text: rare }]);
    const [vector] = vectors;
    const isSaid = (guess: string) =>
      [0, 1, 2, 3].some(piece =>
        digestOf(guess, query, sha256)
          .piece(piece)
          .every(value => vector!.includes(value)),
      );
    expect(isSaid(rare)).toBe(true);
    expect(isSaid('another')).toBe(false);
  });
});
