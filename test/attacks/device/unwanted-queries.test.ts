import type { AnswerOptions } from '@murmuration/client-sdk/queries/answer-options';
import { defineQuery, type QueryDefinition } from '@murmuration/protocol/queries/define-query';
import { writeQuery } from '@murmuration/protocol/queries/query-bytes';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { describe, expect, it } from 'vitest';
import { answering, Told } from './answering.ts';
import { day, fair, hour, type Victim } from './victim.ts';

let asked = 0;
const answers: Record<string, AnswerOptions> = {
  taken: {
    kinds: ['count'],
    answer: () => {
      asked += 1;
      return true;
    },
  },
};

const plan = (definition: object = {}, change: object = {}) => ({
  ...fair,
  query: writeQuery(defineQuery({ name: 'taken', kind: 'count', ...definition } as QueryDefinition)),
  ...change,
});

/** A round in which the device uploads its answer. */
async function answered(victim: Victim, round: string): Promise<Told> {
  const told = new Told(victim, await victim.assign(round, plan()));
  await told.untilUpload();
  return told;
}

describe('a coordinator that asks what it may not', () => {
  // biome-ignore format: one attack a line
  it.each([
    ['a name that the app has not allowed', plan({ name: 'other' }), 'queries'],
    ['another kind under an allowed name', plan({ kind: 'sum', least: 0, most: 1 }), 'queries'],
    ['texts under the name of a count', plan({ kind: 'heavy-hitters' }), 'queries'],
    ['for what nine devices say', plan({ threshold: 9 }), 'queryThreshold'],
    ['for an answer every hour', plan({ period: '1 h' }), 'queryPeriod'],
    ['without masks', plan({}, { masking: null }), 'masking'],
    ['in bytes that are no query', plan({}, { query: Uint8Array.of(0xc1) }), 'queries'],
    ['with a field beside those that a query has', plan({}, { query: Uint8Array.of(0x81, 0xa1, 0x78, 1) }), 'queries'],
  ])('QY2: gets nothing for %s, and no word of why', async (_, change, floor) => {
    asked = 0;
    const victim = await answering({ answers });
    await victim.assign('r1', change);
    expect([victim.floors, victim.given, victim.left, asked]).toEqual([[floor], 0, ['declined'], 0]);
  });

  it('QY3: gets no second answer within a day, under another definition, or by a restart or a clock set back', async () => {
    const victim = await answering({ answers });
    await answered(victim, 'r1');
    const { given } = victim;
    await victim.clock.advance(23 * hour);
    await victim.assign('r2', plan());
    await victim.assign('r3', plan({ threshold: 11, period: '2 d' }));
    await victim.device.client.stop();
    expect(victim.given).toBe(given);
    const { storage } = victim;
    for (const [round, clock] of [
      ['r4', new VirtualClock(victim.clock.now())],
      ['r5', new VirtualClock(0)],
    ] as const) {
      const again = await answering({ answers, storage, clock });
      await again.assign(round, plan());
      expect([again.given, again.left]).toEqual([0, ['declined']]);
      await again.device.client.stop();
    }
    const later = await answering({
      answers,
      storage,
      clock: new VirtualClock(victim.clock.now() + 3 * day),
    });
    await answered(later, 'r6');
  });
});

describe('a coordinator that makes up who has answered', () => {
  it('QY4: gets no share for a sum of fewer than the threshold', async () => {
    const victim = await answering({ answers });
    const told = await answered(victim, 'r1');
    // Nine of twelve devices, and then, as if nothing had been said, all of them.
    await told.tell('survivors', told.peers.statement(3));
    await told.tell('agreed', told.peers.agreed(told.peers.statement()));
    expect(victim.coordinator.asked.agree).toEqual([]);
    expect(victim.coordinator.asked.reveal).toEqual([]);
  });

  it('QY4: gets no share for a sum whose contributors have not signed for it', async () => {
    const victim = await answering({ answers });
    const told = await answered(victim, 'r1');
    const statement = told.peers.statement();
    await told.tell('survivors', statement);
    expect(victim.coordinator.asked.agree).toHaveLength(1);
    // Others were told that three of them are lost, and signed that: their signatures are of another statement.
    await told.tell('agreed', told.peers.agreed(told.peers.statement(3), { lost: 3 }));
    // One signature is made up.
    const forged = told.peers.agreed(statement).slice();
    forged[forged.length - 1]! ^= 1;
    await told.tell('agreed', forged);
    expect(victim.coordinator.asked.reveal).toEqual([]);
    // The honest word is still answered.
    await told.tell('agreed', told.peers.agreed(statement));
    expect(victim.coordinator.asked.reveal).toHaveLength(1);
    const sum = told.peers.sentBy(victim.coordinator.uploads[0]!.bytes, statement, told.last('reveal'));
    expect([...sum]).toEqual([1]);
  });
});
