import type { RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { termsOfPart } from '@murmuration/rounds/round/parts';
import type { SpreadTerms } from '@murmuration/rounds/round/round';
import { findRound, resumeAll } from '@murmuration/rounds/rounds/all-tasks';
import { MemoryRounds } from '@murmuration/storage/memory/rounds';
import { expect, it } from 'vitest';
import { openFederation } from '../../server/federation.ts';
import { termsOf } from './terms.ts';

it('a round under way whose task is no longer there has failed, and says why; those of other tasks go on', async () => {
  const store = new MemoryRounds();
  const federation = await openFederation({ store });
  const { rounds, task, history } = federation;
  const all = new Map([[task.name as string, rounds]]);
  const head = (await history.head(task.name))!;
  const gone = termsOf({ task: 'gone' as TaskName });
  const kept = { ...termsOf({ task: task.name, model: head.version.model }), id: 'K'.repeat(22) as RoundId };
  await store.begin(gone);
  await store.begin(kept);
  await resumeAll(all, store, federation, store.parts);
  expect(federation.records).toMatchObject([
    {
      round: gone.id,
      outcome: 'failed',
      failure: { reason: 'The coordinator was restarted without the task "gone".' },
    },
  ]);
  expect((await store.underWay()).map(({ terms }) => terms.id)).toEqual([kept.id]);
  expect(findRound(all, kept.id)).toBe(rounds.current);
  expect(() => findRound(all, gone.id)).toThrow(expect.objectContaining({ code: 'round.unknown' }));
  await rounds.stop();
});

it('a round that was spread over cells has failed where one process has its task now, and nothing of its parts is left', async () => {
  const store = new MemoryRounds();
  const federation = await openFederation({ store });
  const { rounds, task, history } = federation;
  const head = (await history.head(task.name))!;
  const spread: SpreadTerms = {
    ...termsOf({ task: task.name, model: head.version.model }),
    kind: 'spread',
    parts: { count: 2, smallest: 1 },
  };
  await store.begin(spread);
  for (const part of [1, 2]) await store.begin(termsOfPart(spread, part));
  await resumeAll(new Map([[task.name as string, rounds]]), store, federation, store.parts);
  expect(federation.records).toMatchObject([
    {
      round: spread.id,
      outcome: 'failed',
      failure: { reason: expect.stringMatching(/was spread over 2 cells, and the task is not any more/) },
    },
  ]);
  expect(await store.underWay()).toEqual([]);
  await rounds.stop();
});
