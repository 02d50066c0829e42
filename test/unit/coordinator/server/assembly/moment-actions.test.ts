import { MomentActions } from '@murmuration/coordinator/assembly/moment-actions';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { settled } from '@murmuration/protocol/time/virtual-clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { ModelVersion } from '@murmuration/rounds/registry/model-version';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { beforeEach, describe, expect, it } from 'vitest';

const task = 'line' as TaskName;
const version = { task, number: 7 } as ModelVersion;
const record = { task, number: 3 } as RoundRecord;

let moments: MomentActions;
let done: string[];
let faults: [where: string, error: unknown][];
beforeEach(() => {
  const events = new CoordinatorEvents();
  moments = new MomentActions(events);
  done = [];
  faults = [];
  events.on('fault', (where, error) => faults.push([where, error]));
  for (const name of ['version', 'aliases', 'round-ended'] as const)
    events.on(name, () => done.push(`${name} is told`));
});

/** Someone who acts at a moment. */
const act = (what: string) => () => void done.push(what);
const later = (what: string) => async () => void done.push(what);

describe('the moments of a model', () => {
  it('have what acts called in its order, whoever joined first, and then tell those who watch', () => {
    moments.join({ models: { changed: act('serves') } });
    moments.join({
      gates: {
        versionStored: act('judges'),
        aliasesChanged: act('judges'),
        experimentChanged: later('judges'),
        roundEnded: act('judges'),
      },
      versionAliases: { versionStored: act('puts to use') },
      readability: { versionStored: later('reads'), look: later('reads') },
    });
    moments.versionStored(version);
    expect(done).toEqual(['puts to use', 'reads', 'judges', 'serves', 'version is told']);
  });

  it('leave out who has not joined', () => {
    moments.roundEnded(record);
    expect(done).toEqual(['round-ended is told']);
  });

  it('name the action that fails, at once or later, and go on with the others', async () => {
    const [atOnce, afterAWhile] = [new Error('The memory is gone.'), new Error('The disk is gone.')];
    moments.join({
      retention: { apply: () => Promise.reject(afterAWhile) },
      gates: {
        versionStored: act('judges'),
        aliasesChanged: act('judges'),
        experimentChanged: later('judges'),
        roundEnded() {
          throw atOnce;
        },
      },
      deviceDrift: { roundEnded: later('compares') },
    });
    moments.roundEnded(record);
    expect(done).toEqual(['compares', 'round-ended is told']);
    await settled();
    expect(faults).toEqual([
      ['judging by round 3 of line', atOnce],
      ['deleting old versions after round 3 of line', afterAWhile],
    ]);
  });

  it('wait for no action', async () => {
    moments.join({ retention: { apply: () => new Promise(() => {}) } });
    moments.roundEnded(record);
    expect(done).toEqual(['round-ended is told']);
  });
});
