import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { checkedTopology } from '@murmuration/engine/models/checked-topology';
import { concatBytes } from '@murmuration/protocol/encoding/bytes';
import { encodeFrame } from '@murmuration/protocol/messages/frame';
import { readPlan } from '@murmuration/protocol/messages/plan';
import { readIdList, writeIdList } from '@murmuration/protocol/ngrams/id-list';
import { decodeNgrams, encodeNgrams } from '@murmuration/protocol/ngrams/ngram-file';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { readQuery } from '@murmuration/protocol/queries/query-bytes';
import { digestOf, pieces } from '@murmuration/protocol/queries/text-digest';
import { readTable } from '@murmuration/protocol/queries/text-reader';
import { cellsIn, tableFor } from '@murmuration/protocol/queries/text-table';
import { readRoster, writeRoster } from '@murmuration/protocol/secagg/roster';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { decodeUpdate, encodeSparse } from '@murmuration/protocol/weights/codec';
import { readBatches, wholeRoom } from '@murmuration/serving/brokers/kafka/batches';
import { unpack } from '@murmuration/serving/brokers/kafka/unpacking';
import { S3Objects } from '@murmuration/storage/objects/s3-objects';
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../seeded-random.ts';
import { assignmentOf } from './client-sdk/memory-coordinator.ts';
import { graph, input, layer } from './engine/models/topologies.ts';
import { longer, refusing } from './parsing-costs.ts';
import { Cohort, undemanding } from './protocol/secagg/cohort.ts';
import { batchOf } from './serving/server/brokers/kafka/batches.ts';

const most = 2 ** 26;

/** Bytes that `read` looks at, one by one or in a stretch, whether or not it refuses what it reads. */
async function visitedBy(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array): Promise<number> {
  let visited = 0;
  const counted = new Proxy(bytes, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) visited += 1;
      const value = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      visited += target.length;
      return value.bind(target);
    },
  });
  await refusing(() => read(counted));
  return visited;
}

const idsOf = (n: number) => Array.from({ length: Math.floor(n) }, (_, id) => id);

describe('readers of bytes look at each byte a few times', () => {
  const terms = { classes: 2 ** 20, firstClass: 0, threshold: 3 };
  it.each<[string, (bytes: Uint8Array) => unknown, (n: number) => Uint8Array]>([
    [
      'n-grams that follow one',
      decodeNgrams,
      n =>
        encodeNgrams(
          idsOf(n).map(id => ({ ids: id === 0 ? [0] : [0, id], count: 3 })),
          terms,
        ),
    ],
    [
      'n-grams of which each has one that follows',
      decodeNgrams,
      n =>
        encodeNgrams(
          idsOf(n).map(id => ({ ids: [id, id, id], count: 3 })),
          terms,
        ),
    ],
    [
      'n-grams that end early',
      decodeNgrams,
      n =>
        encodeNgrams(
          idsOf(n).map(id => ({ ids: [id], count: 3 })),
          terms,
        ).subarray(0, -1),
    ],
    [
      'a list of ids',
      bytes => readIdList(bytes, { length: 2, ...terms }),
      n => writeIdList(idsOf(n).map(id => [id, id])),
    ],
    [
      'a list of ids that have all but the last in common',
      bytes => readIdList(bytes, { length: 4, ...terms }),
      n => writeIdList(idsOf(n).map(id => [1, 2, 3, id])),
    ],
    [
      'numbers of a list without end',
      bytes => readIdList(bytes, { length: 1, ...terms }),
      n => new Uint8Array(n).fill(0xff),
    ],
  ])('%s', async (_, read, make) => {
    const [once, twice] = [await visitedBy(read, make(10_000)), await visitedBy(read, make(20_000))];
    expect(twice).toBeLessThan(2.1 * once + 1_000);
  });
});

/** A table of texts of which each hides the next: in two cells, with the one before and with the one behind it. */
function chained(buckets: number): () => unknown {
  const hash = (message: Uint8Array) => {
    const digest = sha256(message);
    const [, at] = /\nt(\d+)$/.exec(Buffer.from(message).toString('latin1')) ?? [];
    if (at !== undefined) new Uint32Array(digest.buffer).set([Math.ceil(Number(at) / 2), Number(at) >> 1]);
    return digest;
  };
  const query = { name: 'q', buckets, bytes: 16, heavy: new Uint8Array((3 * buckets) / 8).fill(255) };
  const table = tableFor(query);
  const cellsOf = cellsIn(query, table);
  const sum = new Int32Array(table.elements);
  for (let at = 0; at < 2 * table.spare - 1; at++) {
    const digest = digestOf(`t${at}`, query, hash);
    for (const cell of cellsOf(digest.buckets)!)
      for (let piece = 0; piece < pieces; piece++)
        for (const [i, value] of [1, ...digest.piece(piece)].entries())
          sum[(cell * pieces + piece) * table.width + i]! += value;
  }
  return () => {
    const { texts, unread } = readTable(query, sum, 32, 10, hash);
    expect([texts.length, unread.length]).toEqual([2 * table.spare - 1, 0]);
  };
}

describe('the table of heavy hitters', () => {
  it('is read in so many looks at its places, however many texts hide the next', () => {
    const typed = Object.getPrototypeOf(Uint32Array.prototype) as Uint32Array;
    const { subarray } = typed;
    const looks = [256, 512].map(buckets => {
      const read = chained(buckets);
      let count = 0;
      typed.subarray = function (this: Uint32Array, ...stretch) {
        count += 1;
        return subarray.apply(this, stretch);
      };
      try {
        read();
      } finally {
        typed.subarray = subarray;
      }
      return count;
    });
    expect(looks[1]).toBeLessThan(2.1 * looks[0]! + 1_000);
  });
});

const { plan } = assignmentOf(systemClock);
const top = defineQuery({ name: 'q', kind: 'top', items: ['a', 'b'] });
const followed = defineQuery({
  name: 'q',
  kind: 'ngrams',
  classes: 65_536,
  firstClass: 0,
  values: 1_000,
  sketches: [{ rows: 3, buckets: 16_384 }],
});
/** A roster of a device that has so many neighbours. */
function roster(devices: number): () => unknown {
  const parameters = {
    graph: 'complete',
    devices,
    neighbours: devices - 1,
    threshold: Math.ceil((2 * devices) / 3),
  } as const;
  const { context, graph } = new Cohort({ devices, parameters });
  const bytes = writeRoster(graph, 0);
  return () => readRoster(context, graph.devices[0]!, undemanding, bytes);
}
/** An update of some values, whose places are as far apart as they may be or drawn. */
function sparse(count: number, isDrawn: boolean): () => unknown {
  const layoutHash = new Uint8Array(32);
  const of = 100 * count;
  const places = isDrawn ? 1 : Uint32Array.from({ length: count }, (_, i) => 100 * i + 99);
  const bytes = encodeSparse(layoutHash, of, { unit: 1, units: new Int32Array(count), places }, 8, 1);
  return () => decodeUpdate(bytes, { kind: 'sparse', layoutHash, count, of, bits: 8, isDrawn, maxWeight: 1 });
}
const topology = (layers: readonly object[]) => () => checkedTopology(graph('m', layers as never));
const chain = (n: number) =>
  idsOf(n).map(at => (at === 0 ? input('l0') : layer('Activation', `l${at}`, [[`l${at - 1}`]])));

/** Readers whose steps only time counts, see linear-parsers.test.ts. */
describe('readers take no more than so much longer for what is longer', () => {
  const large = 10_000;
  it.each<[string, (n: number) => (() => unknown) | Promise<() => unknown>]>([
    [
      'a plan of many versions',
      n => () => readPlan(planOf({ bases: list(n / 20, { model: '', weight: 0 }) })),
    ],
    ['a plan of many layers', n => () => readPlan(planOf({ privateLayers: list(n / 8, 'a') }))],
    [
      'a query of many texts',
      n => () => readQuery(encodeFrame({ ...top, items: idsOf(n / 40).map(String) })),
    ],
    [
      'a query that lists many n-grams',
      n => {
        const ngrams = writeIdList(idsOf(n / 4).map(id => [id]));
        return () => readQuery(encodeFrame({ ...followed, step: { length: 2, asks: 'sketch', ngrams } }));
      },
    ],
    ['the roster of many neighbours', n => roster(n / 250)],
    ['an update of values at places', n => sparse(10 * n, false)],
    ['an update of values at places that are drawn', n => sparse(n, true)],
    ['a topology of layers one behind the other', n => topology(chain(n / 10))],
    ['a topology of layers in the reverse order', n => topology(chain(n / 10).reverse())],
    ['a topology of lists', n => () => checkedTopology({ className: 'A', config: { a: list(10 * n, []) } })],
    [
      'a batch of Kafka of many messages',
      async n => {
        const batch = await batchOf(0, list(n / 2, { value: '' }));
        return () => readBatches(batch, { topic: 't', partition: 0, end: BigInt(n) }, wholeRoom());
      },
    ],
    [
      'batches of Kafka of one message each',
      async n => {
        const one = await batchOf(0, [{ value: '' }]);
        const batches = concatBytes(...list(n / 2, one));
        return () =>
          readBatches(Buffer.from(batches), { topic: 't', partition: 0, end: BigInt(n) }, wholeRoom());
      },
    ],
    [
      'batches of Kafka that end early',
      n => {
        const bytes = Buffer.alloc(61 * n);
        return () => readBatches(bytes, { topic: 't', partition: 0, end: 1n }, wholeRoom());
      },
    ],
    ['gzip', n => unpacked(1, gzipSync(Buffer.alloc(100 * n)))],
    ['copies of Snappy of a byte', n => unpacked(2, snappyOf(10 * n))],
    ['copies of LZ4 of four bytes', n => unpacked(3, lz4Of(10 * n))],
  ])('%s', async (_, make) => {
    expect(await longer(await make(large), await make(8 * large), 8)).toBeLessThan(24);
  });

  it('a listing of S3', async () => {
    let keys = 0;
    const server = createServer((_, response) => {
      response.end(`<ListBucketResult>${'<Key>m/a'.repeat(keys)}${'<Key>m/a</Key>'.repeat(keys)}`);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const access = { region: 'auto', accessKeyId: 'key', secretAccessKey: 'secret' };
    const settings = { endpoint, bucket: 'b', prefix: 'm/', downloads: 'coordinator', ...access };
    const objects = new S3Objects(settings as never, systemClock, seededRandom(1));
    const listing = (n: number) => async () => {
      keys = n;
      let found = 0;
      for await (const _ of objects.keys()) found += 1;
      expect(found).toBe(n);
    };
    expect(await longer(listing(20_000), listing(160_000), 8)).toBeLessThan(24);
    server.closeAllConnections();
    server.close();
  });
});

function list<T>(n: number, value: T): T[] {
  return Array<T>(Math.floor(n)).fill(value);
}
function planOf(more: object): Uint8Array {
  return encodeFrame({ ...plan, ...more });
}
function unpacked(codec: number, packed: Buffer): () => unknown {
  return () => unpack(codec, packed, most);
}
/** A byte, and copies of the one before it. */
function snappyOf(n: number): Buffer {
  const length = n + 1;
  const head = [
    (length & 127) | 128,
    ((length >> 7) & 127) | 128,
    ((length >> 14) & 127) | 128,
    length >> 21,
    0,
    97,
  ];
  const copies = Buffer.alloc(3 * n);
  for (let at = 0; at < n; at++) copies.set([2, 1, 0], 3 * at);
  return Buffer.concat([Buffer.from(head), copies]);
}
/** A byte, and copies of the one before it. */
function lz4Of(n: number): Buffer {
  const block = Buffer.alloc(4 + 3 * n);
  block.set([0x10, 97, 1, 0]);
  for (let at = 0; at < n; at++) block.set([0, 1, 0], 4 + 3 * at);
  const head = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x40, 0x70, 0, 0, 0, 0, 0]);
  head.writeInt32LE(block.length, 7);
  return Buffer.concat([head, block, Buffer.alloc(4)]);
}
