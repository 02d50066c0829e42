import { count, counted } from '../format/format.ts';

export const words = {
  model: {
    charts: { share: 'How often it is right', nats: 'Loss' },
    units: {
      share: 'share of held-out cases, %',
      nats: 'nats per held-out case',
      number: 'as the task’s evaluation counts it',
    },
    byVersion: 'by version of the model',
    placeOf: (version: number, round: number | null) =>
      round === null ? `Version ${count(version)}` : `Version ${count(version)}, round ${count(round)}`,
    noFigures:
      'No version of this task was measured. Give the task an evaluation, and from the next version on its figures are here.',
    serving: 'Devices serve',
    pinnedBy: (by: string | null) => (by === null ? 'Pinned' : `Pinned by ${by},`),
    follows: 'Devices follow the newest version, whichever that is.',
    trainsFrom: (version: number) => `Rounds go on from version ${count(version)}.`,
    aliases: 'Aliases',
    lineage: 'Versions and their lineage',
    lineageHint: 'Newest first; the line leads from each version to the one that it was trained from.',
    compare: 'Compare the two chosen',
    compareColumn: 'Compare',
    choose: (version: number) => `Choose version ${count(version)} to compare`,
    columns: {
      version: 'Version',
      made: 'Made',
      round: 'Made of',
      contributors: 'Devices in it',
      verdicts: 'What devices say',
    },
    served: 'served',
    newest: 'newest',
    from: (version: number | null) =>
      version === null ? 'from one no longer kept' : `from version ${count(version)}`,
    notKept: 'no longer kept',
    first: 'the model before any round',
    noVerdicts: 'nothing yet',
    kept: (times: number) => `${count(times)} serve it`,
    refused: (times: number) => `${count(times)} do not`,
    verdictsHint:
      'Each device tries a version on examples of its own before it serves it, and goes on with the version before where that did better. What it found out is told under masks alone: rounds without masking count nothing.',
    all: 'All versions',
    gone: (version: number) =>
      `Version ${count(version)} is not there: it was never made, or is no longer kept. The list of versions has those that are.`,
    quality: 'How good it is',
    origin: 'What it was made of',
    parent: 'Trained from',
    strategy: 'Strategy',
    hash: 'SHA-256 of its model.json',
    promote: {
      label: 'Let devices serve it',
      title: (version: number) => `Let devices serve version ${count(version)}?`,
      consequences: (version: number, before: number) => [
        version === before
          ? `Devices stay with version ${count(version)}, also when rounds make newer ones.`
          : `Devices change from version ${count(before)} to version ${count(version)}, at once or when they connect again, and stay with it when rounds make newer ones.`,
        'Rounds go on as they do; they train from the newest version.',
      ],
      confirm: 'Let devices serve it',
      done: (version: number) => `Devices serve version ${count(version)}.`,
    },
    rollback: {
      label: 'Roll back to it',
      title: (version: number) => `Roll back to version ${count(version)}?`,
      consequences: (version: number) => [
        `Devices change to version ${count(version)}, at once or when they connect again, and stay with it until you let them follow the newest.`,
        `The next round trains from version ${count(version)}. What rounds learned since is left aside; the versions are kept.`,
        'A round under way is ended, and what its devices trained for it is lost.',
      ],
      confirm: 'Roll back',
      done: (version: number) => `Rolled back to version ${count(version)}.`,
    },
    rollbackLast: {
      label: 'Roll back',
      title: 'Roll back to the version that this one was trained from?',
      consequences: (version: number) => [
        `Devices leave version ${count(version)}, at once or when they connect again, for the one that it was trained from.`,
        'The next round trains from that one too. What rounds learned since is left aside; the versions are kept.',
        'A round under way is ended, and what its devices trained for it is lost.',
      ],
      confirm: 'Roll back',
      done: 'Rolled back.',
    },
    unpin: {
      label: 'Follow the newest',
      title: 'Let devices follow the newest version?',
      consequences: [
        'Devices change to the newest version, at once or when they connect again, and to each one that a round makes from then on.',
      ],
      confirm: 'Follow the newest',
      done: 'Devices follow the newest version.',
    },
  },
  compare: {
    title: (a: number, b: number) => `Versions ${count(a)} and ${count(b)}`,
    heading: 'Side by side',
    between: (versions: number) =>
      `${counted(Math.abs(versions), 'version')} apart. Differences are of the right one to the left.`,
    what: 'What',
    difference: 'Difference',
    better: '(better)',
    worse: '(worse)',
    roundTook: 'Its round took',
    planVersion: 'Plan',
    kept: 'Devices that serve it',
    refused: 'Devices that went on with the one before',
  },
};
