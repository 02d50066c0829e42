import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { memoryMarks } from '@murmuration/storage/memory/marks';
import { describe, expect, test } from 'vitest';
import { brokenBoxes, Crowd, type Misbehaviour, rubbish, withheldOwnShare } from './crowd.ts';

const honest = 20;
const threats = ['honest-but-curious', 'malicious'] as const;
/** Updates that are wanted, and without which a round fails. */
const cohorts = [
  [6, 4],
  [20, 10],
] as const;
const settings = threats.flatMap(threat => cohorts.map(([goal, minimum]) => ({ threat, goal, minimum })));

const taskOf = ({ threat, goal, minimum }: (typeof settings)[number]) =>
  ({
    masking: { threat, corrupt: 0.05, dropping: 0.1 },
    cohort: { goal, minimum, overSelection: 1 },
  }) as Partial<TaskDefinition>;

const open = (setting: (typeof settings)[number], ...others: Misbehaviour[]) =>
  Crowd.open({ honest, others, task: taskOf(setting) });

/** Whether an attacker is kept from rounds. */
const isOut = (crowd: Crowd) => {
  const [attacker] = crowd.attackers;
  const isApart = crowd.federation.conduct.outUntil(attacker!) !== undefined;
  return isApart || crowd.convicted.has(attacker!);
};

describe('SA17: a device that deals shares with the right hashes in boxes that do not open', () => {
  test.each(settings)('costs one round of $goal against $threat, and is convicted', async setting => {
    const crowd = await open(setting, brokenBoxes());
    // Nearly all of them are in a round of 20: each would be lost.
    await crowd.run({ rounds: setting.goal === 20 ? 8 : 25 });
    expect([...crowd.convicted]).toEqual(crowd.attackers);
    expect(crowd.lost).toBe(1);
  });

  test('and breaks as few boxes as will do, is kept apart after three rounds', async () => {
    const lies = { ...brokenBoxes(1), ...withheldOwnShare };
    const crowd = await open(settings[2]!, lies);
    await crowd.run({ rounds: 60 });
    expect(crowd.lost).toBeGreaterThan(0);
    expect(crowd.lost).toBeLessThanOrEqual(3);
    expect(isOut(crowd)).toBe(true);
  });
});

describe('SA18: a device that sends random values under its masks', () => {
  test.each(settings)('costs three rounds of $goal against $threat, and is kept apart', async setting => {
    const crowd = await open(setting, rubbish());
    await crowd.run({ rounds: setting.goal === 20 ? 28 : 40 });
    expect(crowd.lost).toBeGreaterThan(0);
    expect(crowd.lost).toBeLessThanOrEqual(3);
    expect(isOut(crowd)).toBe(true);
    expect(crowd.federation.conduct.shared(3)).toEqual(crowd.attackers);
  });

  test('is kept apart by the coordinator after a restart as well', async () => {
    const marks = memoryMarks();
    const crowd = await Crowd.open({ honest, others: [rubbish()], task: taskOf(settings[0]!), marks });
    await crowd.run({ rounds: 40 });
    await crowd.federation.conduct.close();
    const start = crowd.federation.clock.now();
    const again = await Crowd.open({ honest, others: [rubbish()], task: taskOf(settings[0]!), marks, start });
    await again.run({ rounds: 20 });
    expect(again.lost).toBe(0);
    expect(isOut(again)).toBe(true);
  });

  test('and only in rounds with another one, does not have that one kept apart', async () => {
    const crowd = await open(settings[0]!, {
      ...rubbish(),
      with: others => others.includes(crowd.devices[0]!.id),
    });
    const victim = crowd.devices[0]!.id;
    let wasApart = false;
    crowd.federation.events.on('round', () => {
      wasApart ||= crowd.federation.conduct.outUntil(victim) !== undefined;
    });
    await crowd.run({ rounds: 150 });
    expect(crowd.lost).toBeGreaterThan(2);
    expect(wasApart).toBe(false);
    // Both are what the failed rounds have in common.
    expect([...crowd.federation.conduct.shared(3)].sort()).toEqual([victim, ...crowd.attackers].sort());
    expect(crowd.cohorts.slice(-60).filter(members => members.includes(victim)).length).toBeGreaterThan(3);
  });
});

describe('RD3: devices that are silent once they have a part', () => {
  const paced = { ...taskOf(settings[2]!), schedule: { every: '5 s' } } as Partial<TaskDefinition>;

  test('slow down no more than the first rounds', async () => {
    const others = Array.from({ length: 12 }, () => ({ isSilent: true }));
    const crowd = await Crowd.open({ honest, others, task: paced });
    await crowd.run({ rounds: 40 });
    const late = crowd.cohorts.slice(-20).flat();
    // Each is tried again, after twice as long each time.
    expect(late.filter(id => crowd.attackers.includes(id)).length).toBeLessThan(late.length / 8);
    expect(crowd.federation.conduct.marked).toMatchObject({ suspect: 0, apart: 0 });
    expect(crowd.federation.conduct.marked.silent).toBeGreaterThan(8);
  });

  test('a device that had bad luck once is drawn again within minutes', async () => {
    const crowd = await Crowd.open({ honest, others: [{}], task: paced });
    const [unlucky] = crowd.attackers;
    let losses = 0;
    crowd.federation.events.on('round', state => {
      if (losses > 0 || state.phase !== 'updates' || !('cohort' in state)) return;
      if (!state.cohort.members.some(({ device }) => device === unlucky)) return;
      losses = crowd.cohorts.length;
      crowd.fallSilent(unlucky!, 1);
    });
    await crowd.run({ rounds: 60 });
    expect(losses).toBeGreaterThan(0);
    const again = crowd.cohorts.slice(losses + 1).findIndex(members => members.includes(unlucky!));
    expect(again).toBeGreaterThan(-1);
    expect(again).toBeLessThan(30);
    expect(crowd.federation.conduct.marked).toMatchObject({ silent: 0 });
  });
});

test('a device that is always as late as allowed is told of, and no other', async () => {
  const crowd = await open(settings[2]!, { lateBy: 1_000 });
  await crowd.run({ rounds: 15 });
  expect(crowd.federation.conduct.slow(5)).toEqual(crowd.attackers);
});
