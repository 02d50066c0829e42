import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { TaskStatus } from '@murmuration/storage/leases/ports';

/** What a cell may say of a task. */
export const standing: TaskStatus = {
  masking: null,
  deadlines: {
    gathering: 1,
    keys: 1,
    shares: 1,
    updates: 1,
    agreement: 1,
    unmasking: 1,
    evaluation: 1,
    grace: 1,
  },
  eligibility: {
    minExamples: 3,
    idle: false,
    charging: false,
    unmetered: false,
    minSdk: '0.1.0',
  },
  interval: 60_000,
  cohortSize: 10,
  population: 5,
  untilNextRound: 0,
  busy: null,
  recalls: 0,
  champion: 'c'.repeat(64) as ModelHash,
  serve: null,
  splits: [],
};
