import type { AssignmentId } from '@murmuration/protocol/ids/ids';
import { replay } from '@murmuration/rounds/round/replay';
import type { JournalEntry, SavedRound } from '@murmuration/rounds/round/store';
import { expect, it } from 'vitest';

const drawn = (...names: string[]) =>
  ({ type: 'drawn', time: 0, members: names.map(assignment => ({ assignment })) }) as unknown as JournalEntry;
const left = (name: string): JournalEntry => ({ type: 'left', assignment: name as AssignmentId });
const contributors = ['a', 'b'].map(assignment => ({ assignment }));

/** Acts of a replay, in order; updates are taken from the entry of that number on. */
function replayed(
  kind: string,
  entries: JournalEntry[],
  updatesFrom = 1,
  checkpoint: object | null = { contributors },
) {
  const done: string[] = [];
  let seen = 0;
  replay({ terms: { kind }, entries, checkpoint: checkpoint ?? undefined } as unknown as SavedRound, {
    phase: () => (seen >= updatesFrom ? 'updates' : 'keys'),
    entry: ({ type }) => {
      seen += 1;
      done.push(type);
    },
    contributor: ({ assignment }) => done.push(assignment),
  });
  return done.join(' ');
}

it('a cohort is replayed with its contributors once, as soon as updates are taken', () => {
  expect(replayed('cohort', [drawn('a', 'b', 'c'), left('c'), left('b')], 2)).toBe('drawn left a b left');
  expect(replayed('cohort', [drawn('a', 'b'), left('b')])).toBe('drawn a b left');
  expect(replayed('cohort', [drawn('a', 'b')], 2)).toBe('drawn');
  expect(replayed('part', [drawn('a')], 1, null)).toBe('drawn');
});

it('a buffer is replayed with each contributor as soon as it has joined', () => {
  expect(replayed('buffer', [drawn('b', 'c'), left('c'), drawn('a')])).toBe('drawn b left drawn a');
  expect(replayed('buffer', [drawn('b')], 1, null)).toBe('drawn');
});
