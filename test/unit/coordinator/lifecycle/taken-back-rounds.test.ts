import { PromotionWatcher } from '@murmuration/lifecycle/gates/promotion-watcher';
import { settled } from '@murmuration/protocol/time/virtual-clock';
import { gateName } from '@murmuration/rounds/promotion/version-aliases';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { decision } from '../../../contract/gate-decisions.ts';
import { deviceId, updateOf } from '../server/federation.ts';
import { type Admin, openAdmin } from '../server/http/admin.ts';

let admin: Admin;
let watcher: PromotionWatcher;
beforeEach(async () => {
  admin = await openAdmin({ task: { cohort: { goal: 2, minimum: 2, overSelection: 1 } } });
  const { task, versionAliases, control, storage, moments, events, clock } = admin;
  watcher = new PromotionWatcher({
    taskOf: () => ({
      ...task,
      watch: [{ metric: 'accuracy', worseBy: 0, window: 3_600_000 }],
    }),
    versionAliases,
    control,
    decisions: storage.gateDecisions,
    watches: storage.promotionWatches,
    verdicts: storage.verdicts,
    moments,
    events,
    clock,
  });
  moments.join({ watcher });
  await watcher.open();
});
afterEach(async () => {
  await watcher.close();
  await admin.close();
});

/** So many outcomes, of which every `nth` prediction was right. */
function judge(version: number, n: number, nth: number): void {
  for (let each = 0; each < n; each++)
    watcher.judged(admin.task.name, String(version), {
      kind: 'class',
      guesses: ['spam'],
      outcome: each % nth === 0 ? 'spam' : 'ham',
    });
}

it('a round that the watch ends says so, in its record, in the audit log and to operators, and is no failure', async () => {
  const { task, rounds, clock, moments, versionAliases, storage, history } = admin;
  await rounds.start();
  for (const i of [0, 1]) admin.checkIn(deviceId(i));
  await clock.advance(0);
  for (const { assignment } of admin.channel.assignments.values())
    void rounds.current!.accept(assignment, updateOf([0.1, 0, 0, 0]));
  await clock.advance(0);
  expect(admin.records).toMatchObject([{ outcome: 'published' }]);
  const bad = rounds.current!.terms;
  const [second, first] = await history.versions(task.name, 9, 2);
  expect([bad.plan.model, second!.number, first!.number]).toEqual([second!.model, 1, 0]);
  // A gate has promoted the version from which the round under way trains.
  judge(0, 400, 1);
  await versionAliases.set(task.name, 'champion', 1, gateName);
  moments.gateDecided(
    decision(task.name, 1, {
      model: second!.model,
      against: first!,
      outcome: 'passed',
      promotedAt: clock.now(),
    }),
  );
  await settled();
  judge(1, 400, 4);
  await watcher.look();
  await settled();
  expect(admin.records.at(-1)).toMatchObject({
    round: bad.id,
    outcome: 'failed',
    failure: { reason: 'The watch took version 1 back.', endedBy: 'watch' },
  });
  const { body } = await admin.ask('GET', `/tasks/${task.name}/rounds/${bad.number}`, 'viewer');
  expect(body.failure).toMatchObject({ reason: 'The watch took version 1 back.', endedBy: 'watch' });
  const entries = await storage.audit.list(99, 2);
  const actor = { id: 'watch', name: 'the watch' };
  expect(entries).toMatchObject([
    {
      actor,
      action: 'round.abort',
      subject: task.name,
      outcome: 'done',
      changes: [
        { field: 'round', from: null, to: bad.number },
        { field: 'reason', from: null, to: 'The watch took version 1 back.' },
      ],
    },
    { actor, action: 'version.rollback', subject: `${task.name}@0` },
  ]);
  expect(versionAliases.of(task.name).base.number).toBe(0);
  await clock.advance(0);
  expect(rounds.current!.terms.plan.model).toBe(first!.model);
});
