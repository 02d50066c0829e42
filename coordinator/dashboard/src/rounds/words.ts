import type { Phase } from '@murmuration/api/scalars';
import { count, counted, figure } from '../format/format.ts';
import { terms } from '../format/terms.ts';

export const words = {
  phase: (phase: Phase, query: string | null) =>
    query !== null && phase === 'updates' ? 'Answers' : terms.phases[phase],
  phaseText: (phase: Phase, query: string | null) =>
    (query === null ? undefined : words.askedTexts[phase]) ?? words.phaseTexts[phase],
  askedTexts: {
    updates: 'Devices answer the query. The coordinator adds the answers up as they arrive, masked.',
    agreement:
      'Devices that answered sign the list of answers in the sum, so that all of them see the same list.',
    unmasking: 'Devices that answered reveal what removes the masks from the sum, and nothing else.',
    closing: 'The coordinator turns the sum into figures and stores them. No version is made.',
  } as Partial<Record<Phase, string>>,
  phaseTexts: {
    gathering: 'Eligible devices check in until there are enough for a cohort.',
    keys: 'Each device in the cohort sends fresh keys for this round.',
    shares:
      'Devices give shares of their secrets to their neighbours, so that the round survives lost devices.',
    updates: 'Devices train on their own data and send updates. The coordinator adds them up as they arrive.',
    agreement: 'Contributors sign the list of updates in the sum, so that all of them see the same list.',
    unmasking: 'Contributors reveal what removes the masks from the sum, and nothing else.',
    closing: 'The coordinator turns the sum into the next version, evaluates it and stores it.',
  } satisfies Record<Phase, string>,
  central: {
    badge: 'Trained by the coordinator',
    hint: 'The coordinator trains this model on its own examples. No device takes part.',
    round: 'Trained by the coordinator on its own examples',
  },
  card: {
    phases: 'Phases of the round',
    states: { over: 'done', current: 'now', ahead: '–' },
    standings: {
      done: 'done',
      working: 'working',
      waiting: 'waiting',
      late: 'late',
      lost: 'lost',
    },
    scale: (each: number) => `Each dot is ${count(each)} devices.`,
    underWay: (round: number, plan: number) => `Round ${count(round)} is running under plan ${count(plan)}.`,
    asks: (round: number, query: string) =>
      `Round ${count(round)} is running: it asks “${query}” and makes no version.`,
    between: 'No round is running.',
    paused: 'Paused',
    asynchronous: 'Asynchronous',
    unmasked: 'Not masked',
    quorum: { devices: 'Devices', messages: 'Messages' },
    ofGoal: (goal: number, minimum: number) => `of ${terms.wanted(goal, minimum)}`,
    deadline: 'Time left in this phase',
    at: (time: string) => `until ${time}`,
    running: 'Running for',
    pausedHint: 'This task is paused. Resume it to start rounds on schedule, or start one round.',
    spent: 'Budget spent',
    enrolHint: (devices: number) =>
      `The privacy budget of this task needs ${counted(devices, 'more enrolled device')} before a round starts.`,
    runHint: 'Rounds of this task start in training runs, and no run is open.',
    spentHint:
      'The privacy budget of this task is spent, so no round starts. Training goes on once its definition allows more.',
    comeBack: (devices: number, span: string | null) => {
      const due = span === null ? 'due now' : `due in ${span}`;
      return devices === 1
        ? `1 device was told to come back; it is ${due}.`
        : `${count(devices)} devices were told to come back; the first is ${due}.`;
    },
    noNext: 'No round is scheduled.',
    nextSoon: 'The next round starts in a moment.',
    nextIn: (span: string, time: string) => `The next round starts in ${span}, at ${time}.`,
    last: 'Last round',
    noneYet: 'none yet',
    served: 'Served version',
    isNewest: '(newest)',
    newestIs: (newest: number) => `(newest: ${count(newest)})`,
    privacy: 'Privacy',
    epsilon: (spent: number | null, all: number, steps: number, rounds: number) =>
      spent === null
        ? 'No ε holds'
        : `ε ${figure(spent)} of ${figure(all)}, ${count(steps)} of ${counted(rounds, 'version')}`,
    devices: 'Devices now',
    eligible: (eligible: number, waiting: number) =>
      `${count(eligible)} eligible, ${count(waiting)} waiting for a round`,
  },
  steering: {
    start: {
      label: 'Start a round',
      title: 'Start a round now?',
      consequences: [
        'A round starts at once, even if the task is paused.',
        'The schedule then counts from the start of this round.',
      ],
      confirm: 'Start the round',
      done: 'The round is starting.',
    },
    pause: {
      label: 'Pause',
      title: 'Pause this task?',
      consequences: [
        'No new round starts until someone resumes the task. Restarting the coordinator doesn’t resume it.',
        'A running round continues to its end.',
        'Devices keep serving the models that they have.',
      ],
      confirm: 'Pause the task',
      done: 'The task is paused.',
    },
    resume: {
      label: 'Resume',
      title: 'Resume this task?',
      consequences: ['Rounds start on schedule again.'],
      confirm: 'Resume the task',
      done: 'The task is running again.',
    },
    abort: {
      label: 'Abort the round',
      title: (round: number) => `Abort round ${count(round)}?`,
      consequences: [
        'The round ends at once. Its devices’ work is lost and can’t be recovered.',
        'The model doesn’t change.',
        'The next round starts on schedule.',
      ],
      confirm: 'Abort the round',
      reason: 'Reason for the audit log (optional)',
      done: 'The round was aborted.',
    },
  },
  list: {
    history: 'Past rounds',
    found: (total: number) => counted(total, 'round'),
    filters: 'Filter rounds',
    any: 'any',
    published: 'Published or answered',
    from: 'From',
    to: 'To',
    clear: 'Clear',
    none: 'No round has ended yet. The overview shows the running round; it appears here when it ends.',
    noneFit: 'No rounds match. Change the outcome or the dates.',
    live: (round: number, phase: string, query: string | null) =>
      `Round ${count(round)} is running (${query === null ? '' : `query “${query}”, `}${phase.toLowerCase()}).`,
    watch: 'Watch it',
    columns: {
      round: 'Round',
      outcome: 'Outcome',
      ended: 'Ended',
      took: 'Duration',
      cohort: 'Cohort',
      up: 'Received',
      down: 'Models sent',
    },
    ofCohort: (accepted: string, cohort: string) => `${accepted} of ${cohort} contributed`,
    late: (devices: number) => `${count(devices)} late`,
    lost: (devices: number) => `${count(devices)} lost`,
    failedIn: (phase: string, reason: string) => `In ${phase.toLowerCase()}: ${reason}`,
    unchanged: 'The model didn’t change.',
    nothing: 'The query shows nothing of this round.',
    query: 'Query',
    asked: (query: string) => `Query “${query}”`,
    noVersion: 'Devices answered a query: no version was made.',
    neighbours: 'Other rounds',
    outcome: 'Outcome',
    contributed: 'devices contributed',
    answered: 'devices answered',
    tiles: { up: 'of updates received', answers: 'of answers received', down: 'of models sent' },
    began: 'Started',
    plan: 'Plan',
    ledTo: 'Result',
  },
  timeline: {
    heading: 'Phases',
    hint: 'Only counts: the coordinator keeps nothing about what single devices sent.',
    none: 'This round was recorded before phases were kept.',
    central: 'The coordinator trained by itself: there were no phases with devices.',
    unknown: 'unknown',
    wanted: (goal: number, minimum: number | null) =>
      minimum ? `${count(goal)} (minimum ${count(minimum)})` : count(goal),
    columns: {
      phase: 'Phase',
      when: (span: string) => `When (scale: ${span})`,
      took: 'Duration',
      accepted: 'Received',
      wanted: 'Wanted',
      rejected: 'Refused',
      late: 'Late',
      lost: 'Lost',
    },
  },
  groups: {
    heading: 'Groups',
    hint: 'Each group has a sum of its own. One far from the others may have an attacker in it; so may one whose devices have unusual data.',
    columns: {
      group: 'Group',
      devices: 'Devices',
      contributors: 'Updates',
      norm: 'Norm of the mean',
      distance: 'Distance to the median',
    },
    failed: (reason: string) => `Left out: ${reason}`,
  },
  parts: {
    heading: 'Parts',
    hint: 'The round was spread over cells: each part has devices and a sum of its own.',
    columns: { part: 'Part', devices: 'Devices', contributors: 'Updates', result: 'Sum' },
    counted: 'Counts',
    excluded: (reason: string) => `Left out: ${reason}`,
    name: (part: number) => `Part ${count(part)}`,
    ahead: 'Not started',
    published: 'Sum ready',
    failed: 'No sum',
    lost: 'Its cell is gone; another takes over',
    leftOut: 'left out of the round',
    of: (accepted: number, goal: number) => `${count(accepted)} of ${count(goal)}`,
    inSum: (updates: number, query: string | null) => counted(updates, query === null ? 'update' : 'answer'),
  },
  left: {
    heading: 'Devices that left',
    hint: 'By the reason that each gave. Only its code is known here; the app hears the whole error.',
  },
  refused: {
    heading: 'Refused messages',
    none: 'No message was refused.',
  },
};
