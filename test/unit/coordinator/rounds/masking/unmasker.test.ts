import { centre } from '@murmuration/protocol/secagg/ring';
import { Unmasking } from '@murmuration/protocol/secagg/unmasking';
import { unmaskerPool } from '@murmuration/rounds/masking/unmasker';
import { expect, test } from 'vitest';
import { Cohort } from '../../../protocol/secagg/cohort.ts';

test.each([
  ['by threads', 2, { masks: 23, bytes: 1 << 30 }, 2],
  ['by threads where their masks are long', 2, { masks: 1_000, bytes: 5_000_000 }, 2],
  ['in the caller’s thread', 0, { masks: 0, bytes: 0 }, 0],
  ['in the caller’s thread where they are few', 2, { masks: 24, bytes: 5_100_000 }, 0],
])(
  'masks of contributors and of dropped devices come off %s, over several ranges of the sum',
  async (_, threads, few, started) => {
    // More than the elements of one job, and no multiple of what a kernel adds at once.
    const elements = 70_001;
    const width = 18;
    const updateOf = (number: number) => new Int32Array(elements).fill(number + 1);
    const parameters = { graph: 'harary', devices: 12, neighbours: 8, threshold: 4 } as const;
    const cohort = new Cohort({ devices: 12, parameters, width })
      .deal()
      .take()
      .mask(updateOf, number => number === 3 || number === 7)
      .agree()
      .reveal();
    const unmasking = new Unmasking(cohort.graph, cohort.dealings, cohort.statement);
    for (const [number, { message }] of cohort.revealed) unmasking.take(number, message);
    const sum = { elements: cohort.maskedSum(), width };
    const done: number[] = [];
    const unmasker = unmaskerPool(threads, few);
    let workers = 0;
    const worker = () => {
      workers += 1;
    };
    process.on('worker', worker);
    let turns = 0;
    const turn = setInterval(() => {
      turns += 1;
    }, 0);
    try {
      await unmasker.unmask(cohort.graph.context, unmasking.recover(), sum, part => done.push(part));
    } finally {
      clearInterval(turn);
      process.off('worker', worker);
      await unmasker.close();
    }
    const expected = [...cohort.masked.keys()].reduce((total, number) => total + number + 1, 0);
    expect(centre(sum.elements, width).every(value => value === expected)).toBe(true);
    expect(workers).toBe(started);
    // Others had their turns meanwhile.
    expect(turns).toBeGreaterThan(0);
    expect(done.at(-1)).toBe(1);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
  },
);
