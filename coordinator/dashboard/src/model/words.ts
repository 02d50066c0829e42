import { count, counted, figure } from '../format/format.ts';

export const words = {
  model: {
    charts: { share: 'Accuracy', loss: 'Loss' },
    units: {
      share: 'share of held-out cases, %',
      loss: 'mean of held-out cases, as the evaluation gives it',
      number: 'in the evaluation’s own unit',
    },
    byVersion: 'model version',
    placeOf: (version: number, round: number | null) =>
      round === null ? `Version ${count(version)}` : `Version ${count(version)}, round ${count(round)}`,
    noFigures:
      'No version has been evaluated. Give the task an evaluation; its figures appear with the next version.',
    serving: 'Served version',
    pinnedBy: (by: string | null) => (by === null ? 'Pinned' : `Pinned by ${by}`),
    pinnedHint: (release: string) =>
      `Rounds go on, but their versions reach no device until you choose “${release}”.`,
    follows: 'Not pinned: devices follow the newest version.',
    followsGate: 'Not pinned: a newer version is served once it passes the gate.',
    trainsFrom: (version: number) => `Rounds continue from version ${count(version)}.`,
    aliases: 'Aliases',
    lineage: 'Versions',
    lineageHint: 'Newest first. The line connects each version with the one that it was trained from.',
    compare: 'Compare selected',
    compareColumn: 'Compare',
    choose: (version: number) => `Select version ${count(version)} to compare`,
    columns: {
      version: 'Version',
      made: 'Created',
      round: 'Created by',
      contributors: 'Contributors',
      verdicts: 'Devices’ verdict',
    },
    served: 'served',
    newest: 'newest',
    from: (version: number | null) =>
      version === null ? 'from a deleted version' : `from version ${count(version)}`,
    notKept: 'deleted',
    first: 'initial model',
    noVerdicts: 'none yet',
    kept: (devices: number) => `${count(devices)} use it`,
    refused: (devices: number) => `${count(devices)} rejected it`,
    privacy: 'Privacy',
    knownWords: 'Words',
    grown: (added: number) => `${counted(added, 'new word')}: it grew without a round`,
    ngrams: 'N-grams of everybody',
    ngramsOf: (counts: readonly number[]) =>
      counts.map((found, i) => counted(found, `${i + 1}-gram`)).join(', '),
    noPrivacy: 'Nothing was added to this version, so it has no ε.',
    noise: (share: number | null) =>
      share === null
        ? 'In this version the noise hides the mean update entirely.'
        : `In this version the noise is ${figure(share)} of the mean update.`,
    verdictsHint:
      'Each device tests a version on its own examples before using it, and keeps the previous version if that did better. These counts come only from masked rounds.',
    gone: (version: number) =>
      `Version ${count(version)} doesn’t exist: it was never created, or it has been deleted.`,
    quality: 'Evaluation',
    fromDevices: (name: string) => `${name}, from devices`,
    byDevices: 'From devices',
    byDevicesHint: (devices: number, examples: number) =>
      `Measured by ${counted(devices, 'device')} on ${counted(examples, 'held-out example')} of their own; means over devices.`,
    origin: 'Lineage',
    parent: 'Trained from',
    strategy: 'Strategy',
    hash: 'SHA-256 of model.json',
    promote: (version: number, before: number) => ({
      label: 'Serve and pin',
      title: `Serve version ${count(version)}?`,
      consequences: [
        version === before
          ? `Devices stay on version ${count(version)}, even when rounds create newer versions.`
          : `Devices switch from version ${count(before)} to version ${count(version)}, and stay on it even when rounds create newer versions.`,
        'This pins the version until you choose “Follow the newest”.',
        'Rounds continue to train from the newest version.',
      ],
      confirm: 'Serve and pin',
      done: `Devices now serve version ${count(version)}.`,
    }),
    /** Back to a version, or to the one from which the served one was trained. */
    rollBack: (to: number | null, served: number) => ({
      label: 'Roll back and pin',
      title: `Roll back to ${to === null ? 'the previous version' : `version ${count(to)}`}?`,
      consequences: [
        `Devices switch ${to === null ? `from version ${count(served)} to the version that it was trained from` : `to version ${count(to)}`}. This pins it: they stay on it until you choose “Follow the newest”.`,
        `Rounds go on, and the next one trains from ${to === null ? 'that version too' : `version ${count(to)}`}, but what they make reaches no device until then. Later versions are kept, but rounds don’t build on them.`,
        'A running round ends, and its devices’ work is lost.',
      ],
      confirm: 'Roll back and pin',
      done:
        to === null
          ? 'Rolled back. The version is now pinned: versions of later rounds reach no device.'
          : `Rolled back to version ${count(to)}, which is now pinned: versions of later rounds reach no device.`,
    }),
    unpin: {
      label: 'Follow the newest',
      title: 'Follow the newest version?',
      consequences: ['Devices switch to the newest version, and to each new version that a round creates.'],
      confirm: 'Follow the newest',
      done: 'Devices follow the newest version.',
    },
  },
  gate: {
    title: 'Gate',
    states: { passed: 'passed', failed: 'failed', undecided: 'not measured' },
    comparedWith: 'compared with',
    decided: (at: string) => `Decided ${at}.`,
    promoted: (at: string) => `Served since ${at}, by this decision.`,
    takenBack: (at: string) => `Taken back ${at}.`,
    heldBy: (name: string) =>
      `It is not served, since ${name} has pinned another version. Choose “Let the gate decide” to release it.`,
    rules: 'Rules',
    release: {
      label: 'Let the gate decide',
      title: 'Let the gate decide?',
      consequences: ['Devices stay on this version until a newer one passes the gate.'],
      confirm: 'Let the gate decide',
      done: 'The gate decides which version devices serve.',
    },
  },
  compare: {
    heading: 'Comparison',
    between: (versions: number) =>
      `${counted(Math.abs(versions), 'version')} apart. The difference is the right version minus the left one.`,
    what: 'Figure',
    difference: 'Difference',
    better: '(better)',
    worse: '(worse)',
    roundTook: 'Duration of its round',
    planVersion: 'Plan',
    kept: 'Devices that use it',
    refused: 'Devices that rejected it',
  },
};
