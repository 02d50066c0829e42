import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { histories, type Operation, type Setting, settings } from '../../../faults/histories/operations.ts';
import { play } from '../../../faults/histories/play.ts';

/** Histories that once showed a bug, as `npm run faults -- histories` prints them. */
const regressions: Record<string, [Setting, Operation[]]> = {
  'a device that leaves after it has sent its keys hears nothing more': [
    { masked: true, agreeing: false, consumes: 'sum', update: 'ring', durable: true, seed: 0 },
    [
      ['CheckInBut', []],
      ['Submit', 2],
      ['Leave', 2],
      ['SubmitBut', []],
      ['Advance', 5000],
      ['SubmitBut', []],
    ],
  ],
  'no checkpoint adds a single plain update to one whose write failed after it was done': [
    { masked: false, agreeing: false, consumes: 'sum', update: 'ring', durable: true, seed: 0 },
    [
      ['CheckInBut', []],
      ['LoseAnswers', 1],
      ['Submit', 0],
      ['Submit', 1],
      ['Submit', 2],
      ['Advance', 1000],
    ],
  ],
  'a device that leaves a round which was ended hears so only once that end is durable': [
    { masked: true, agreeing: false, consumes: 'sum', update: 'ring', durable: true, seed: 1222318224 },
    [['SlowWrites', 100], ['CheckInBut', [3]], ['Advance', 100], ['Abort'], ['Leave', 1]],
  ],
  'no update counts twice after a restart where the draw was written down twice': [
    { masked: false, agreeing: false, consumes: 'sum', update: 'float32', durable: true, seed: 1874729503 },
    [
      ['LoseAnswers', 3],
      ['CheckInBut', [7]],
      ['Advance', 5000],
      ['CrashAtWrite', 1, 'after'],
      ['Submit', 0],
      ['Submit', 3],
    ],
  ],
  'a round that is ended while its version waits for the storage leaves no timer': [
    { masked: false, agreeing: false, consumes: 'sum', update: 'ring', durable: true, seed: 93661410 },
    [
      ['Advance', 5000],
      ['CheckInBut', [7, 5]],
      ['FailWrites', 3],
      ['SubmitBut', []],
      ['Pause'],
      ['Abort'],
      ['StopGracefully'],
    ],
  ],
  // It was no bug of cells: the check did not know of the answer that is still on its way.
  'a cell whose connection was ended leads by an older answer until it hears so': [
    {
      masked: false,
      agreeing: false,
      consumes: 'each',
      update: 'ring',
      durable: true,
      cells: true,
      seed: 1558608223,
    },
    [
      ['SlowLeases', 3000],
      ['Advance', 500],
      ['CutOff', 'there'],
      ['Advance', 7000],
      ['Mend'],
      ['LoseLease'],
      ['Advance', 7000],
    ],
  ],
  'a device whose cell ceases to lead while it says hello waits for nothing there': [
    {
      masked: false,
      agreeing: false,
      consumes: 'sum',
      update: 'ring',
      durable: true,
      cells: true,
      seed: 1462542608,
    },
    [
      ['CutOff', 'there'],
      ['Advance', 12000],
      ['CheckInBut', [7, 4]],
      ['Mend'],
      ['Abort'],
      ['Advance', 5000],
      ['Restart'],
      ['LoseLease'],
      ['Advance', 250],
      ['CheckInBut', []],
    ],
  ],
  // So here: it said what was durable until another cell went on.
  'a cell that has yet to hear that another one went on says what was durable before': [
    {
      masked: true,
      agreeing: true,
      consumes: 'sum',
      update: 'ring',
      durable: true,
      cells: true,
      seed: 563067618,
    },
    [
      ['CheckInBut', [4, 6, 7]],
      ['CheckInBut', [0, 2]],
      ['Leave', 0],
      ['SubmitBut', [7]],
      ['StopGracefully'],
      ['Restart'],
      ['CutOff', 'there'],
      ['LoseLease'],
      ['Advance', 1500],
      ['CheckInBut', [6, 4, 0]],
      ['SubmitBut', []],
      ['Advance', 500],
      ['Advance', 1500],
      ['Crash', 0],
      ['CheckInBut', [7]],
    ],
  ],
  'a cell that has yet to hear that another one ended its round says what was durable before': [
    {
      masked: true,
      agreeing: false,
      consumes: 'sum',
      update: 'ring',
      durable: true,
      cells: true,
      seed: 438697373,
    },
    [
      ['CrashAtWrite', 2, 'after'],
      ['CheckInBut', [0]],
      ['SubmitBut', [5]],
      ['Restart'],
      ['SlowLeases', 3000],
      ['LoseLease'],
      ['Advance', 1500],
      ['Abort'],
      ['StopGracefully'],
      ['CheckInBut', [0, 6]],
    ],
  ],
  'a device that leaves and comes back keeps no second part': [
    { masked: false, agreeing: false, consumes: 'sum', update: 'float32', durable: false, seed: 0 },
    [
      ['CheckInBut', []],
      ['Leave', 0],
      ['Disconnect', 0],
      ['Reconnect', 0],
      ['CheckIn', 0],
      ['Submit', 0],
      ['Submit', 1],
      ['Submit', 2],
      ['Repeat', 2, 0],
      ['Alter', 2, 0],
      ['Advance', 20000],
    ],
  ],
  'what a device agreed to stays as it came, whatever becomes of the bytes in which it came': [
    { masked: true, agreeing: true, consumes: 'sum', update: 'ring', durable: false, seed: 1608094789 },
    [
      ['CheckInBut', [5, 6]],
      ['SubmitBut', []],
      ['SubmitBut', []],
      ['SubmitBut', []],
      ['SubmitBut', [7, 3]],
      ['Alter', 1, 0],
    ],
  ],
};

const passages = 70;

describe('any history', () => {
  const count = 60;
  const played = fc.sample(fc.tuple(settings('both'), histories(passages)), { numRuns: count, seed: 2026 });
  const outcomes = new Set<string>();

  it('publishes exactly what was acknowledged, keeps nothing of strangers, and leaves no timer behind', async () => {
    for (const [setting, history] of played)
      for (const outcome of (await play(setting, history)).outcomes) outcomes.add(outcome);
  });

  it('gets far enough for that to mean something', () => {
    expect([...outcomes].sort()).toEqual([
      'failed during agreement',
      'failed during closing',
      'failed during gathering',
      'failed during keys',
      'failed during shares',
      'failed during unmasking',
      'failed during updates',
      'published',
    ]);
  });
});

describe('a history that showed a bug', () => {
  it.each(Object.entries(regressions))('%s', async (_, [setting, history]) => {
    await play(setting, history);
  });
});
