import { OutcomeRecord } from '@murmuration/client-sdk/outcomes/outcome-record';
import { predictionId } from '@murmuration/client-sdk/outcomes/prediction-id';
import type { AnswerOptions } from '@murmuration/client-sdk/queries/answer-options';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { utf8 } from '@murmuration/protocol/encoding/bytes';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import type { ArmQuery, Query } from '@murmuration/protocol/queries/query';
import { writeQuery } from '@murmuration/protocol/queries/query-bytes';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import { describe, expect, it } from 'vitest';
import { answering, Told } from './answering.ts';
import { day, fair, hour, type Victim } from './victim.ts';

const allowed: Record<string, AnswerOptions> = { 'by-arm': { kinds: ['arm'] } };

/** What a device has in its storage of a version that was named to it. */
const files = (text: string) => utf8(JSON.stringify({ text }));
const versionOf = (text: string) => contentHash(files(text)) as ModelHash;

/** A device that was given a version, and whose person has used it, and those of `earlier` before. */
async function serving(
  named: string | undefined,
  {
    earlier = [],
    answers = allowed,
    storage = memoryStorage(),
    clock = new VirtualClock(100 * day),
  }: {
    readonly earlier?: readonly string[];
    readonly answers?: Record<string, AnswerOptions>;
    readonly storage?: ReturnType<typeof memoryStorage>;
    readonly clock?: VirtualClock;
  } = {},
): Promise<Victim> {
  const record = new OutcomeRecord({ storage, task: 'keyboard' as TaskName, clock });
  for (const [count, text] of [...earlier, ...(named === undefined ? [] : [named])].entries())
    await record.add(predictionId({ model: versionOf(text), at: clock.now() }, count), 'accepted');
  if (named !== undefined) {
    const json = files(named);
    const bytes = new Uint8Array(4 + json.length);
    new DataView(bytes.buffer).setUint32(0, json.length, true);
    bytes.set(json, 4);
    await storage.put('serve.keyboard', bytes);
  }
  return answering({ answers, storage, clock });
}

const about = (
  text: string,
  { experiment = '0123456789abcdef', since = 0, ...change }: Partial<ArmQuery> & Record<string, unknown> = {},
) => ({
  ...fair,
  query: writeQuery({
    ...defineQuery({ name: 'by-arm', kind: 'arm', outcomes: ['accepted', 'ignored'], threshold: 10 }),
    ...change,
    arm: { experiment, version: versionOf(text), since },
  } as Query),
});

const refused = (victim: Victim) => [victim.given, victim.coordinator.uploads.length, victim.left];

describe('a coordinator that gives one device an arm of its own', () => {
  it('QY11: hears of it from no other device, which would hide it: those serve something else', async () => {
    // They know the version, from before; one was given another, one none.
    for (const victim of [
      await serving('everybody', { earlier: ['one'] }),
      await serving(undefined, { earlier: ['one'] }),
    ]) {
      await victim.assign('r1', about('one'));
      expect(refused(victim)).toEqual([0, 0, ['declined']]);
      expect(victim.floors).toEqual(['queries']);
      await victim.device.client.stop();
    }
  });

  it('QY4 QY11: gets nothing from it for a sum that nobody else is in', async () => {
    const victim = await serving('one');
    const told = new Told(victim, await victim.assign('r1', about('one')));
    await told.untilUpload();
    // Eleven others were drawn, and have left as they do; a sum of three, and as if nothing had been, of all.
    await told.tell('survivors', told.peers.statement(9));
    await told.tell('agreed', told.peers.agreed(told.peers.statement()));
    expect([victim.coordinator.asked.agree, victim.coordinator.asked.reveal]).toEqual([[], []]);
  });

  it('QY11: gets what it says in a sum of as many as the threshold, each of whom has served the version', async () => {
    const victim = await serving('one', { earlier: ['everybody'] });
    const told = new Told(victim, await victim.assign('r1', about('one')));
    await told.untilUpload();
    const statement = told.peers.statement();
    await told.tell('survivors', statement);
    await told.tell('agreed', told.peers.agreed(statement));
    const sum = told.peers.sentBy(victim.coordinator.uploads[0]!.bytes, statement, told.last('reveal'));
    expect([...sum]).toEqual([1, 0, 1_000, 0, 1_000, 0]);
  });

  it('QY2: gets no answer below the threshold of the app, or by a kind that tells versions apart in one sum', async () => {
    const outcomes = {
      ...defineQuery({ name: 'by-arm', kind: 'outcomes', outcomes: ['accepted'] }),
      versions: [versionOf('one')],
    } as Query;
    for (const [plan, floor] of [
      [about('one', { threshold: 9 }), 'queryThreshold'],
      [{ ...fair, query: writeQuery(outcomes) }, 'queries'],
    ] as const) {
      const victim = await serving('one');
      await victim.assign('r1', plan);
      expect([refused(victim), victim.floors]).toEqual([[0, 0, ['declined']], [floor]]);
      await victim.device.client.stop();
    }
  });

  it('QY11: gets no second answer in an experiment, by another name, after the period, or by a restart', async () => {
    const answers = { ...allowed, other: { kinds: ['arm' as const] } };
    const victim = await serving('one', { answers });
    const told = new Told(victim, await victim.assign('r1', about('one')));
    await told.untilUpload();
    const { given, storage } = victim;
    await victim.assign('r2', about('one', { name: 'other' }));
    expect(victim.given).toBe(given);
    await victim.device.client.stop();
    const later = new VirtualClock(victim.clock.now() + 3 * day);
    const again = await serving('one', { answers, storage, clock: later });
    await again.assign('r3', about('one'));
    expect(refused(again)).toEqual([0, 0, ['declined']]);
    // Another experiment is another question, once the period of the name is over.
    await again.assign('r4', about('one', { experiment: 'fedcba9876543210' }));
    expect(again.given).toBeGreaterThan(0);
  });

  it('QY11: gets nothing of what was told before the experiment began', async () => {
    const victim = await serving('one');
    await victim.assign('r1', about('one', { since: victim.clock.now() + hour }));
    expect(refused(victim)).toEqual([0, 0, ['declined']]);
  });
});

describe('a device that an app lets say what became of predictions by arm', () => {
  it('QY5: offers that only once a version was named to it, and something was told of it', async () => {
    const offers = async (victim: Victim) => {
      const { answers } = victim.coordinator.asked['check-in'].at(-1)!;
      await victim.device.client.stop();
      return answers;
    };
    expect(await offers(await serving('one'))).toEqual(['by-arm']);
    expect(await offers(await serving(undefined, { earlier: ['one'] }))).toBeUndefined();
  });
});
