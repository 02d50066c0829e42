import type { RetrainingMessage, TrainingRunMessage, TriggerRecordMessage } from '@murmuration/api/run';
import { count, counted, moment } from '../format/format.ts';
import type { Fate } from './fate.ts';

type Kind = TrainingRunMessage['why']['trigger'];
type Restraint = NonNullable<TriggerRecordMessage['by']>;

const restraints = {
  'run-open': 'a run was open',
  cooldown: 'the last run had ended shortly before',
  runs: 'all runs that may begin in this time had begun',
  'quiet-hours': 'of quiet hours',
} satisfies Record<Restraint, string>;

export const words = {
  lead: 'A trigger or an operator begins a training run, rounds follow, and a rule ends it. The result is served if it passes the gate.',
  always:
    'The rounds of this task run all the time, on its schedule. Give its definition a “retrain” section, and they run when they are due.',
  now: 'At a glance',
  verdict: (open: TrainingRunMessage | null) =>
    open ? `Training run ${count(open.number)} is under way` : 'No training run is under way',
  began: 'It began',
  progress: ({ rounds, failed }: TrainingRunMessage, most: number | null) =>
    `${most === null ? counted(rounds, 'version') : `${count(rounds)} of ${counted(most, 'version')}`}${failed > 0 ? `, ${counted(failed, 'round')} failed` : ''}`,
  ends: 'It ends once',
  wouldEnd: 'A run ends once',
  held: ({ by, until }: NonNullable<RetrainingMessage['held']>) =>
    ({
      'run-open': 'Triggers begin no run while one is open.',
      cooldown: `Triggers begin no run before ${until === null ? 'a while has passed' : moment(until)}: the last one has just ended.`,
      runs: `Triggers begin no run before ${until === null ? 'a while has passed' : moment(until)}: all that may begin in this time have begun.`,
      'quiet-hours': `Quiet hours: triggers that fire wait until ${until === null ? 'they end' : moment(until)}.`,
    })[by],
  start: {
    label: 'Start a training run',
    title: 'Start a training run?',
    consequences: [
      'Rounds begin now, whatever keeps triggers from it.',
      'What comes out is served as the task’s gate decides; without a gate, at once.',
    ],
    reason: 'Reason, for the record',
    confirm: 'Start it',
    done: 'A training run has begun.',
  },
  stop: {
    label: 'Stop the run',
    title: 'Stop the training run?',
    consequences: [
      'The round under way ends as failed, and its devices’ work is lost.',
      'Versions that the run has made stay.',
    ],
    reason: 'Reason, for the record',
    confirm: 'Stop it',
    done: 'The training run ends.',
  },
  runs: 'Training runs',
  noRuns: 'No run has begun yet.',
  columns: {
    run: 'Run',
    why: 'Why',
    end: 'End',
    versions: 'Versions',
    heldOut: 'Held-out',
    result: 'What came out',
  },
  kinds: {
    cron: 'Time',
    drift: 'Drift',
    'accuracy-below': 'Accuracy below a line',
    'accuracy-fell': 'Accuracy fell',
    'new-examples': 'New examples',
    webhook: 'Webhook',
    'by-hand': 'By hand',
  } satisfies Record<Kind, string>,
  open: 'under way',
  endings: {
    rounds: 'complete',
    plateau: 'no better',
    target: 'target reached',
    time: 'time over',
    privacy: 'privacy budget spent',
    failures: 'failed',
    unmeasured: 'not measured',
    stopped: 'stopped',
  } satisfies Record<NonNullable<TrainingRunMessage['ending']>['reason'], string>,
  after: (text: string, took: string | null) => (took === null ? text : `${text} It took ${took}.`),
  failed: (rounds: number) => `${counted(rounds, 'round')} failed`,
  fates: {
    served: 'served',
    replaced: 'was served',
    waits: 'not served',
    held: 'waits',
    refused: 'refused by the gate',
    'not-measured': 'not measured',
    'rolled-back': 'rolled back',
  } satisfies Record<Fate['fate'], string>,
  triggers: 'Triggers',
  noTriggers: 'No trigger: only operators begin runs.',
  triggerColumns: { trigger: 'Trigger', fires: 'Fires', next: 'Next, or what it heard last' },
  nothingHeard: (kind: Kind) =>
    kind === 'webhook' ? 'When it is called.' : 'It has heard nothing since the coordinator’s start.',
  fired: 'Triggers that fired',
  noneFired: 'No trigger has fired yet.',
  firedColumns: { at: 'Fired', why: 'Why', outcome: 'What came of it' },
  times: (value: number) => `${counted(value, 'time')}, first`,
  outcomes: { began: 'began a run', waits: 'waits', suppressed: 'no run' } satisfies Record<
    TriggerRecordMessage['outcome'],
    string
  >,
  keptBy: ({ by, until, outcome }: TriggerRecordMessage) => {
    if (by === null) return '';
    const kept = `Because ${restraints[by]}`;
    if (until === null) return `${kept}.`;
    return outcome === 'waits' ? `${kept}, until ${moment(until)}.` : `${kept}; until ${moment(until)}.`;
  },
};
