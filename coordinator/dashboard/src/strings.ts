import type { AlertRule } from '@murmuration/api/alert';
import type { AuditAction } from '@murmuration/api/audit';
import type { Role } from '@murmuration/api/role';
import type { Phase } from '@murmuration/api/scalars';
import type { TokenState } from '@murmuration/api/token';
import type { Connection } from './live/feed.ts';

const number = new Intl.NumberFormat('en');
const n = (value: number) => number.format(value);
/** So many of them, in words that fit one and several. */
const of = (value: number, one: string, several = `${one}s`) => `${n(value)} ${value === 1 ? one : several}`;

/** Everything that the dashboard says, in English. */
export const strings = {
  name: 'Murmuration',
  loading: 'Loading …',
  skip: 'Skip to the page',
  navigation: 'Pages',
  task: 'Task',
  close: 'Close',
  cancel: 'Cancel',
  retry: 'Try again',
  signOut: 'Sign out',
  theme: { light: 'Use light colours', dark: 'Use dark colours' },
  pages: {
    now: 'Now',
    model: 'Model',
    rounds: 'Rounds',
    devices: 'Devices',
    privacy: 'Privacy',
    security: 'Security',
    settings: 'Settings',
    access: 'Access',
    missing: 'Not found',
  },
  missing: {
    page: 'There is no page at this address. The list of pages has what there is.',
    task: (name: string) =>
      `This coordinator has no task “${name}”. It may have been renamed; “Now” shows the tasks that there are.`,
  },
  connection: { connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting' } satisfies Record<
    Connection,
    string
  >,
  connectionHint: {
    connecting: 'Looking for the coordinator.',
    live: 'Whatever changes is shown at once.',
    reconnecting: 'The connection is gone; it is tried again by itself.',
  } satisfies Record<Connection, string>,
  reconnecting:
    'The coordinator does not answer, so what you see may be old. The connection is tried again by itself; if it stays away, look whether the coordinator runs: murmuration status.',
  failure: (code: string) =>
    ({
      'server.unreachable': 'The coordinator can’t be reached.',
      'operator.unauthenticated': 'This token does not count.',
      'operator.forbidden': 'Your role does not allow that.',
      'request.too-often': 'Too many attempts.',
      'task.settings': 'Some settings are not right.',
      'task.changed': 'Somebody else changed these settings meanwhile; look at them again.',
    })[code] ?? 'That did not work.',
  roles: { viewer: 'viewer', operator: 'operator', admin: 'admin' } satisfies Record<Role, string>,
  roleTexts: {
    viewer: 'looks, and changes nothing',
    operator: 'steers tasks, models and devices',
    admin: 'says who else may',
  } satisfies Record<Role, string>,

  signIn: {
    heading: 'Sign in',
    text: 'With the operator token that you were given. It stays with the coordinator; your browser keeps a session, which ends when you sign out.',
    token: 'Operator token',
    submit: 'Sign in',
    noToken: 'No token yet?',
    howTo:
      'Whoever runs the coordinator makes one, on its machine. Without one nobody can sign in; npm start prints an address that brings one along.',
    command: 'murmuration tokens create --role admin --name NAME --storage FOLDER',
  },

  round: (value: number) => `Round ${n(value)}`,
  version: (value: number) => `Version ${n(value)}`,
  plan: (value: number) => `plan ${n(value)}`,
  outcomes: { published: 'Published', failed: 'Failed' },
  phases: {
    gathering: 'Gathering',
    keys: 'Keys',
    shares: 'Shares',
    updates: 'Updates',
    agreement: 'Agreement',
    unmasking: 'Unmasking',
    closing: 'Closing',
  } satisfies Record<Phase, string>,
  phaseTexts: {
    gathering: 'Eligible devices check in, until there are enough to draw a cohort from.',
    keys: 'Each device of the cohort sends fresh keys for this round alone.',
    shares: 'Devices give shares of their secrets to their neighbours, so that losses can be survived.',
    updates:
      'Devices train on what never leaves them, and send masked updates, which are added up as they come.',
    agreement: 'Contributors sign whose updates count, so that all of them are told the same.',
    unmasking: 'Contributors reveal what takes the masks off the sum, and off nothing else.',
    closing: 'The sum becomes the next version, which is measured and stored.',
  } satisfies Record<Phase, string>,

  now: {
    phases: 'Phases of the round',
    states: { over: 'done', current: 'now', ahead: '–' },
    standings: {
      done: 'done',
      working: 'working',
      waiting: 'waiting',
      late: 'late',
      lost: 'lost',
    },
    scale: (each: number) => `One dot stands for ${n(each)} devices.`,
    underWay: (round: number, plan: number) => `Round ${n(round)} is under way, plan ${n(plan)}.`,
    between: 'Between rounds.',
    paused: 'Paused',
    unmasked: 'Not masked',
    quorum: { devices: 'Devices', messages: 'Messages' },
    ofGoal: (goal: number, minimum: number) => `of ${n(goal)} wanted, ${n(minimum)} needed`,
    deadline: 'Time left in this phase',
    at: (time: string) => `until ${time}`,
    running: 'Since its start',
    pausedHint: 'This task is paused: no round begins by itself. Resume it, or start a single round.',
    noNext: 'No round is planned.',
    nextSoon: 'The next round begins at any moment.',
    nextIn: (span: string, time: string) => `The next round begins in ${span}, at ${time}.`,
    last: 'Last round',
    noneYet: 'none yet',
    served: 'Devices serve',
    isNewest: 'the newest',
    newestIs: (newest: number) => `while version ${n(newest)} is the newest`,
    devices: 'Devices now',
    eligible: (eligible: number, waiting: number) =>
      `${n(eligible)} eligible, ${n(waiting)} waiting for a round`,
    alerts: 'Alerts',
    noAlerts: 'Nothing needs you.',
    severities: { critical: 'Critical', warning: 'Warning' },
    since: 'Since',
    look: 'look at it',
    onlineHeading: 'Devices online',
    online: 'connected',
    eligibleNow: 'eligible',
    enrolled: 'enrolled',
    noDevices:
      'No device is connected. Make an enrolment token on the page “Devices”, give it to your app, and look here again.',
    clients: (connected: number, eligible: number) => `${n(connected)}, ${n(eligible)} eligible`,
    noTasks:
      'This coordinator has no task. Name a task module at its start: murmuration serve tasks/task.js.',
  },

  steering: {
    start: {
      label: 'Start a round',
      title: 'Start a round now?',
      consequences: [
        'A round begins at once, whatever the schedule says, and whether or not the task is paused.',
        'The next one on schedule comes as long after it as ever.',
      ],
      confirm: 'Start the round',
      done: 'A round begins.',
    },
    pause: {
      label: 'Pause',
      title: 'Pause this task?',
      consequences: [
        'No round begins by itself any more, until somebody resumes the task; a restart of the coordinator does not.',
        'The round under way, if there is one, goes on to its end.',
        'Devices go on serving the models that they have.',
      ],
      confirm: 'Pause the task',
      done: 'The task is paused.',
    },
    resume: {
      label: 'Resume',
      title: 'Resume this task?',
      consequences: ['Rounds begin on schedule again.'],
      confirm: 'Resume the task',
      done: 'Rounds begin on schedule again.',
    },
    abort: {
      label: 'Abort the round',
      title: 'Abort the round under way?',
      consequences: (round: number) => [
        `Round ${n(round)} ends at once, as failed. What its devices have trained for it is lost, and can’t be brought back.`,
        'The model stays as it is.',
        'The next round begins on schedule.',
      ],
      confirm: 'Abort the round',
      reason: 'Reason, for the record (optional)',
      done: 'The round was aborted.',
    },
  },

  chart: {
    table: 'As a table',
    tableOf: (title: string) => `${title}, as a table`,
  },
  pager: {
    label: 'Pages of this list',
    newer: 'Newer',
    older: 'Older',
    page: (page: number) => `Page ${n(page)}`,
  },

  model: {
    names: {
      loss: 'Loss',
      accuracy: 'Accuracy',
      perplexity: 'Perplexity',
      precision: 'Precision',
      recall: 'Recall',
    },
    recall: (among: number) => (among === 1 ? 'Recall, first' : `Recall, among ${among}`),
    charts: { share: 'How often it is right', nats: 'Loss' },
    units: {
      share: 'share of held-out cases, %',
      nats: 'nats per held-out case',
      number: 'as the task’s evaluation counts it',
    },
    points: 'points',
    byVersion: 'by version of the model',
    placeOf: (version: number, round: number | null) =>
      round === null ? `Version ${n(version)}` : `Version ${n(version)}, round ${n(round)}`,
    noFigures:
      'No version of this task was measured. Give the task an evaluation, and from the next version on its figures are here.',
    serving: 'Devices serve',
    pinned: 'Pinned',
    pinnedBy: (by: string | null) => (by === null ? 'Pinned' : `Pinned by ${by},`),
    follows: 'Devices follow the newest version, whichever that is.',
    trainsFrom: (version: number) => `Rounds go on from version ${n(version)}.`,
    aliases: 'Aliases',
    lineage: 'Versions and their lineage',
    lineageHint: 'Newest first; the line leads from each version to the one that it was trained from.',
    compare: 'Compare the two chosen',
    compareColumn: 'Compare',
    choose: (version: number) => `Choose version ${n(version)} to compare`,
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
      version === null ? 'from one no longer kept' : `from version ${n(version)}`,
    notKept: 'no longer kept',
    first: 'the model before any round',
    noVerdicts: 'nothing yet',
    kept: (count: number) => `${n(count)} serve it`,
    refused: (count: number) => `${n(count)} do not`,
    verdictsHint:
      'Each device tries a version on examples of its own before it serves it, and goes on with the version before where that did better. What it found out is told under masks alone: rounds without masking count nothing.',
    all: 'All versions',
    gone: (version: number) =>
      `Version ${n(version)} is not there: it was never made, or is no longer kept. The list of versions has those that are.`,
    quality: 'How good it is',
    origin: 'What it was made of',
    parent: 'Trained from',
    strategy: 'Strategy',
    hash: 'SHA-256 of its model.json',
    promote: {
      label: 'Let devices serve it',
      title: (version: number) => `Let devices serve version ${n(version)}?`,
      consequences: (version: number, before: number) => [
        version === before
          ? `Devices stay with version ${n(version)}, also when rounds make newer ones.`
          : `Devices change from version ${n(before)} to version ${n(version)}, at once or when they connect again, and stay with it when rounds make newer ones.`,
        'Rounds go on as they do; they train from the newest version.',
      ],
      confirm: 'Let devices serve it',
      done: (version: number) => `Devices serve version ${n(version)}.`,
    },
    rollback: {
      label: 'Roll back to it',
      title: (version: number) => `Roll back to version ${n(version)}?`,
      consequences: (version: number) => [
        `Devices change to version ${n(version)}, at once or when they connect again, and stay with it until you let them follow the newest.`,
        `The next round trains from version ${n(version)}. What rounds learned since is left aside; the versions are kept.`,
        'A round under way is ended, and what its devices trained for it is lost.',
      ],
      confirm: 'Roll back',
      done: (version: number) => `Rolled back to version ${n(version)}.`,
    },
    rollbackLast: {
      label: 'Roll back',
      title: 'Roll back to the version that this one was trained from?',
      consequences: (version: number) => [
        `Devices leave version ${n(version)}, at once or when they connect again, for the one that it was trained from.`,
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
    title: (a: number, b: number) => `Versions ${n(a)} and ${n(b)}`,
    heading: 'Side by side',
    between: (versions: number) =>
      `${of(Math.abs(versions), 'version')} apart. Differences are of the right one to the left.`,
    what: 'What',
    difference: 'Difference',
    better: '(better)',
    worse: '(worse)',
    roundTook: 'Its round took',
    planVersion: 'Plan',
    kept: 'Devices that serve it',
    refused: 'Devices that went on with the one before',
  },

  rounds: {
    history: 'Rounds that are over',
    found: (total: number) => of(total, 'round'),
    filters: 'Which rounds',
    any: 'any',
    from: 'From',
    to: 'To',
    clear: 'Clear',
    none: 'No round is over yet. The first one is listed here when it ends; “Now” shows it while it runs.',
    noneFit: 'No round fits. Choose another outcome or other days.',
    live: (round: number, phase: string) =>
      `Round ${n(round)} is under way, in its phase of ${phase.toLowerCase()}.`,
    watch: 'Watch it',
    columns: {
      round: 'Round',
      outcome: 'Outcome',
      ended: 'Ended',
      took: 'Took',
      cohort: 'Cohort',
      up: 'Updates',
      down: 'Models',
    },
    ofCohort: (accepted: string, cohort: string) => `${accepted} of ${cohort} contributed`,
    late: (count: number) => `${n(count)} late`,
    lost: (count: number) => `${n(count)} lost`,
    failedIn: (phase: string, reason: string) => `In ${phase.toLowerCase()}: ${reason}`,
    unchanged: 'The model stayed as it was.',
    neighbours: 'Other rounds',
    all: 'All rounds',
    outcome: 'Outcome',
    contributed: 'devices contributed',
    tiles: { took: 'in all', up: 'of updates came', down: 'of models were served' },
    began: 'Began',
    plan: 'Under',
    ledTo: 'Led to',
  },
  timeline: {
    heading: 'Phases, and who was lost where',
    hint: 'Counts alone: what single devices sent is not kept, and not shown.',
    none: 'This round was recorded before phases were kept.',
    unknown: 'not known',
    wanted: (goal: number, minimum: number | null) =>
      minimum ? `${n(goal)} (${n(minimum)} needed)` : n(goal),
    columns: {
      phase: 'Phase',
      when: (span: string) => `When, on a scale of ${span}`,
      took: 'Took',
      accepted: 'Came',
      wanted: 'Wanted',
      rejected: 'Refused',
      late: 'Late',
      lost: 'Lost',
    },
  },
  errors: {
    heading: 'Messages refused in it',
    none: 'None was refused.',
    unknown: 'This dashboard does not know the code; the coordinator is newer than it.',
    columns: { code: 'Code', count: 'Times', meaning: 'What it means', advice: 'What to do' },
    advice: (code: string, isRetryable: boolean) => {
      const [where = ''] = code.split('.');
      const known: Readonly<Record<string, string>> = {
        'round.closed':
          'Nothing, if few: these devices were too slow. If many, give the phase more time in the settings.',
        'request.too-slow':
          'Nothing, if few: slow networks. If many, look whether a proxy holds bodies back.',
        'request.too-often':
          'Look which address it is; raise the limits if they are devices of yours behind one address.',
        'request.too-many': 'Look which address it is; raise the limits if they are devices of yours.',
        'server.busy': 'Raise limits.connections and the file descriptors, if these are devices of yours.',
        'protocol.version': 'Bring the app’s SDK up to date, or the coordinator.',
        'device.unknown':
          'Nothing, if few: they enrol by themselves. If many, look whether the storage is the right one.',
        'device.enrolment-refused':
          'Look whether the app has an enrolment token that counts; the page “Devices” has them.',
        'device.revoked': 'Nothing: revoked devices are kept out.',
        'operator.unauthenticated':
          'If you did not mistype a token, look who is trying; revoke tokens that may be known.',
        'operator.forbidden': 'Give whoever it is a token of a higher role, if they should have one.',
      };
      const byPlace: Readonly<Record<string, string>> = {
        device: 'If many, look whether one version of the app is behind it.',
        update:
          'Look whether all devices run the SDK of this plan; a device that goes on with it can be revoked.',
        secagg:
          'If it goes on, look whether all devices run the same SDK; somebody may be testing the masks.',
        crypto: 'If it goes on, somebody may be testing the masks; revoke the device.',
        storage: 'Look at the disk: murmuration doctor.',
        server: 'Look at the coordinator’s log: murmuration doctor.',
        model: 'Look at the storage: murmuration doctor.',
        protocol: 'If many, somebody sends what no SDK would; a proxy or a firewall can keep them out.',
        request: 'If many, somebody sends what no SDK would; a proxy or a firewall can keep them out.',
      };
      return (
        known[code] ??
        byPlace[where] ??
        (isRetryable
          ? 'Nothing: whoever it was tries again by itself.'
          : 'Look whether one version of the app is behind it.')
      );
    },
  },

  checkIns: {
    title: 'Check-ins by hour',
    x: 'hours, in your time zone',
    y: 'check-ins an hour',
    none: 'No device checked in during this time. If there should be some, look whether they can reach the coordinator, and whether they have enrolled.',
    span: 'Of the last',
    spans: (hours: number) => (hours <= 24 ? '24 hours' : of(hours / 24, 'day')),
    waiting: 'told to wait for a round',
    later: 'told to come later',
    ineligible: 'not eligible',
  },
  pace: {
    heading: 'Pace',
    hint: 'Devices that are not chosen hear when to come back, so that the load stays flat.',
    interval: 'Rounds begin every',
    atOnce: 'one after the other',
    chosen: 'A round chooses',
    of: (cohort: string, population: string) => `${cohort} of ${population} devices that come`,
    comeBack: 'Others come back in',
    between: (from: string, to: string) => (from === to ? from : `${from} to ${to}`),
  },
  devices: {
    population: 'Everybody who was ever here',
    enrolled: 'enrolled',
    revoked: 'revoked',
    seenLastDay: 'seen in 24 hours',
    unknown: 'unknown',
    all: 'All devices',
    hint: 'By their ids, those first that enrolled last. An id is made of a key, and says nothing of a person.',
    show: 'Show',
    both: 'all',
    unrevoked: 'not revoked',
    none: 'No device has enrolled. Make an enrolment token above, give it to your app, and start it.',
    noneFit: 'No device fits.',
    columns: {
      device: 'Device',
      state: 'State',
      runs: 'Runs',
      enrolled: 'Enrolled',
      seen: 'Seen',
      rounds: 'Took part',
    },
    never: 'never since',
    noRounds: 'in no round yet',
    convicted: 'wrong shares',
    convictions: (times: number) => `wrong shares in ${of(times, 'round')}`,
    pardon: 'Pardon',
    pardonTitle: 'Pardon this device?',
    pardonConsequences: (device: string) => [
      `It is forgotten that ${device} revealed or dealt wrong shares, which fails rounds.`,
      'It takes part again at once; if it was revoked for that, it is taken back.',
    ],
    pardonDone: 'The device is pardoned.',
    part: (task: string, rounds: number, updates: number) =>
      `${task}: ${of(rounds, 'round')}, ${of(updates, 'update')}`,
    connected: 'connected',
    away: 'away',
    revoke: 'Revoke',
    revokeTitle: 'Revoke this device?',
    revokeConsequences: (device: string) => [
      `Device ${device} takes no part any more, at once and for good; this can’t be undone.`,
      'It leaves the round that it is in, if it is in one.',
      'What it has contributed stays in the versions that have it.',
    ],
    revokeDone: 'The device is revoked.',
  },
  tokens: {
    columns: {
      name: 'Name',
      state: 'State',
      uses: 'Enrolled',
      role: 'Role',
      made: 'Made',
      expires: 'Counts until',
      actions: 'Actions',
    },
    states: {
      valid: 'counts',
      'used-up': 'used up',
      expired: 'expired',
      revoked: 'revoked',
    } satisfies Record<TokenState, string>,
    ofUses: (most: number | null) => (most === null ? 'of any number' : `of ${n(most)}`),
    never: 'it is revoked',
    revoke: 'Revoke',
    revokeTitle: (name: string) => `Revoke “${name}”?`,
    revokeDone: (name: string) => `“${name}” counts no more.`,
  },
  enrolment: {
    heading: 'Enrolment tokens',
    hint: 'With what new devices enrol. Those of the configuration are not among them.',
    none: 'No enrolment token was made here. Make one, and give it to your app; devices need it once.',
    revokeConsequences: [
      'No more devices enrol with it; this can’t be undone.',
      'Those that have enrolled with it stay.',
    ],
    revokeAll: 'Revoke its devices',
    revokeAllTitle: (name: string) => `Revoke “${name}” and all devices that enrolled with it?`,
    revokeAllConsequences: (devices: number) => [
      `${of(devices, 'device')} ${devices === 1 ? 'is' : 'are'} taken out of the population, at once and for good.`,
      'Their parts in rounds are over, and no more devices enrol with the token.',
    ],
    revokeAllDone: (name: string) => `“${name}” and its devices are revoked.`,
  },
  access: {
    heading: 'Operator tokens',
    hint: 'Who may sign in here and use the admin API. Those of the configuration are not among them.',
    none: 'No operator token was made here; yours is one of the configuration.',
    forbidden: 'Only admins see who may operate this coordinator. Ask one for a token of that role.',
    you: 'you',
    revokeConsequences: (isOwn: boolean) => [
      'It counts no more, at once and for good, and its sessions end.',
      ...(isOwn ? ['It is your own: you are signed out.'] : []),
    ],
  },
  newToken: {
    enrolment: { label: 'New enrolment token', nameHint: 'For you: which app, or which batch of devices.' },
    operator: { label: 'New operator token', nameHint: 'Whose it is; the audit log says so.' },
    name: 'Name',
    uses: 'Devices that may enrol with it',
    usesHint: 'Empty: any number.',
    role: 'Role',
    until: 'Counts until',
    untilHint: 'Empty: until it is revoked.',
    make: 'Make the token',
    once: 'Copy it now: it is shown this once, and the coordinator keeps its fingerprint alone.',
    token: 'Token',
    copy: 'Copy',
    copied: 'Copied.',
    done: 'I have it',
  },

  privacy: {
    masked: 'What devices are promised',
    open: 'Updates are not masked',
    inForce: (plan: number) => `By plan ${n(plan)}, which is in force.`,
    parameters: 'By which parameters',
    below: (bits: number) =>
      `below 2⁻${[...String(bits)].map(digit => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('')}`,
    threats: {
      'honest-but-curious': 'The coordinator follows the protocol, and may look at all that it gets.',
      'semi-malicious': 'The coordinator may lie to devices, but draws the graph between them honestly.',
      malicious: 'The coordinator may do whatever it likes, and try keys until a graph suits it.',
    },
    graphOf: (devices: string) => `With ${devices} devices`,
    graph: (graph: string, neighbours: number, threshold: number) =>
      `${graph}, ${n(neighbours)} neighbours, threshold ${n(threshold)}`,
    graphText: (neighbours: number, threshold: number) =>
      `Each device shares its secrets with ${n(neighbours)} others. ${n(threshold)} of them together recover one secret of it, and never both that would uncover its update.`,
    ring: (bits: number, valueBits: number) => `${n(bits)} bits, of which a value has ${n(valueBits)}`,
    cohort: (minimum: number, goal: number, largest: number) =>
      `${n(minimum)} at least, ${n(goal)} wanted, ${n(largest)} at most`,
    terms: {
      threat: { name: 'Coordinator' },
      corrupt: {
        name: 'Devices that may be against you',
        text: 'So large a share of the devices may work together with the coordinator, and still learns no single update.',
      },
      dropping: {
        name: 'Devices that may get lost',
        text: 'So large a share may go away at any moment, and the sum can still be unmasked.',
      },
      security: { name: 'Chance that masks fail to protect', text: 'For any device, in one round.' },
      failure: {
        name: 'Chance that a round can’t be unmasked',
        text: 'Then the round fails, and nothing is revealed.',
      },
      ring: {
        name: 'Numbers on the wire',
        text: (weightCap: number) =>
          `Wide enough that no sum of a whole cohort can wrap, with weights of ${n(weightCap)} at most.`,
      },
      cohort: {
        name: 'Devices in a sum',
        text: 'The sum is of so many; what one of them sent is not to be seen in it.',
      },
    },
  },
  security: {
    refusals: 'Refused messages',
    refusalsHint: 'Of devices, operators and strangers, by the code with which they were answered.',
    noRefusals: 'Nothing was refused in this time.',
    refresh: 'Refresh',
    rules: 'What is watched for',
    ruleNames: {
      'rounds-failing': 'Rounds that fail in a row',
      'figure-fell': 'A version that is worse than the one before',
      'no-eligible-devices': 'No eligible devices',
      'disk-filling': 'A disk that fills',
      'version-unreadable': 'A version that can’t be read',
      'protection-weakened': 'Devices that are protected less',
      'many-enrolments': 'Many enrolments at once',
      'clock-stepped': 'A clock that was set',
    } satisfies Record<AlertRule, string>,
    firing: (count: number) => (count === 1 ? 'firing' : `firing ${n(count)} times`),
    off: 'Switched off in the configuration.',
    webhooks: 'Where notices go',
    noWebhooks: 'Nowhere: alerts are shown here alone. Name a webhook in the configuration to be told.',
    delivered: 'last notice delivered',
    noNotice: 'no notice yet',
    resolved: (count: number) => `${of(count, 'alert')} that ${count === 1 ? 'is' : 'are'} over`,
  },
  audit: {
    heading: 'Audit log',
    hint: 'What operators did, newest first. Nobody can change it here.',
    none: 'No operator has changed anything yet.',
    done: 'done',
    columns: {
      time: 'When',
      actor: 'Who',
      action: 'What',
      subject: 'To what',
      changes: 'From and to',
      outcome: 'Outcome',
    },
    change: (field: string, from: unknown, to: unknown): string =>
      `${nameOf(field)}: ${shown(field, from)} → ${shown(field, to)}`,
    actions: {
      'enrolment-token.create': 'made an enrolment token',
      'enrolment-token.revoke': 'revoked an enrolment token',
      'enrolment-token.revoke-devices': 'revoked an enrolment token and its devices',
      'operator-token.create': 'made an operator token',
      'operator-token.revoke': 'revoked an operator token',
      'device.revoke': 'revoked a device',
      'device.pardon': 'pardoned a device',
      'task.pause': 'paused a task',
      'task.resume': 'resumed a task',
      'task.settings': 'changed settings',
      'round.abort': 'aborted a round',
      'round.start': 'started a round',
      'version.alias': 'named a version',
      'version.rollback': 'rolled back to a version',
    } satisfies Record<AuditAction, string>,
  },

  settings: {
    version: (plan: number) => `Plan ${n(plan)}.`,
    changedBy: (by: string | null) => (by === null ? 'Changed' : `Changed by ${by}`),
    asDefined: 'As the task module defines it.',
    nextRound: 'The next round is the first under it; the one under way has the plan before.',
    readOnly: 'Your role lets you look; operators change settings.',
    unsaved: 'There are changes that are not applied.',
    unchanged: 'Nothing is changed.',
    discard: 'Discard',
    review: 'Review the changes',
    confirmTitle: 'Apply these settings?',
    apply: 'Apply',
    applied: 'The settings are applied, from the next round on.',
    change: (field: string, from: unknown, to: unknown): string =>
      `${nameOf(field)}: from ${shown(field, from)} to ${shown(field, to)}.`,
    weakens: (field: string, means: string): string => `Less protection by ${nameOf(field)}: ${means}.`,
    isTold: 'It is in the audit log, and a critical alert until it is undone.',
    takesAdmin: 'That takes an admin: with your role it will be refused.',
    weakened: 'Devices are protected less than the definition says',
    weakness: (field: string, from: unknown, to: unknown, means: string): string =>
      `${nameOf(field)} is ${shown(field, to)} instead of ${shown(field, from)}: ${means}.`,
    undoWeakened:
      'Set these values again as the definition has them. If less protection is meant, it belongs into the definition, under a higher planVersion.',
    lookAtWeakened: 'Look at the settings',
    consequence: (plan: number) =>
      `From the next round on, devices are told plan ${n(plan)}. A round under way ends under the plan with which it began.`,
    sections: {
      cohort: { title: 'Cohort', text: 'How many devices make a round.' },
      schedule: { title: 'Schedule', text: 'When rounds begin.' },
      deadlines: { title: 'Deadlines', text: 'How long each phase may last, such as “30 s” or “3 min”.' },
      eligibility: { title: 'Eligibility', text: 'What a device must show at its check-in.' },
      plan: { title: 'Training', text: 'What devices do with their examples.' },
      update: { title: 'Updates', text: 'How what they learned is sent.' },
      masking: {
        title: 'Masking',
        text: 'What the coordinator is kept from seeing. Apps may refuse plans that protect less than they insist on.',
      },
    },
    fields: {
      'cohort.goal': ['Updates wanted', 'The aggregation goal of a round.'],
      'cohort.minimum': ['Updates needed', 'With fewer, a round fails and the model stays.'],
      'cohort.overSelection': ['Devices for each update', 'More than 1, since some get lost on the way.'],
      'schedule.every': ['A round every', 'From the beginning of one to that of the next, such as “5 min”.'],
      'deadlines.gathering': ['Gathering', 'Until enough devices have checked in.'],
      'deadlines.keys': ['Keys', 'Under masking.'],
      'deadlines.shares': ['Shares', 'Under masking.'],
      'deadlines.updates': ['Updates', 'To train, and to send what was learned.'],
      'deadlines.agreement': ['Agreement', 'Under masking.'],
      'deadlines.unmasking': ['Unmasking', 'Under masking.'],
      'deadlines.grace': [
        'Grace',
        'Under masking: the wait for devices whose connection is gone, once there are enough others.',
      ],
      'deadlines.evaluation': ['Evaluation', 'Of the new version, by the coordinator.'],
      'eligibility.minExamples': [
        'Examples at least',
        'Devices with fewer do not check in; they tell nobody how many they have.',
      ],
      'eligibility.idle': ['Idle', 'Nobody uses the device.'],
      'eligibility.charging': ['Charging', 'It is on power.'],
      'eligibility.unmetered': ['Unmetered network', 'Nobody pays by the megabyte.'],
      'eligibility.minFreeMiB': ['Free memory, MiB', 'At least.'],
      'eligibility.minSdk': ['SDK version', 'At least, such as “0.1.0”.'],
      'plan.epochs': ['Epochs', 'Times that a device goes through its examples.'],
      'plan.batchSize': ['Batch size', 'Examples in one step.'],
      'plan.learningRate': ['Learning rate', 'Of gradient descent on the device.'],
      'plan.proximal': ['Proximal term', 'Pulls towards the global model; 0: none (FedProx).'],
      'plan.maxExamples': ['Examples at most', 'That one device trains on in a round.'],
      'update.clip': ['Clip', 'Largest Euclidean norm of an update.'],
      'update.bits': ['Bits', 'Of a value, after quantisation.'],
      'update.weighting': ['Weights', 'By the number of examples, or all alike.'],
      'update.weightCap': ['Weight cap', 'No device counts for more.'],
      'masking.threat': ['Against a coordinator that is', '“off”: updates are added up as they are.'],
      'masking.corrupt': ['Corrupt devices, share', 'That may work together with the coordinator, 0 to 1.'],
      'masking.dropping': ['Lost devices, share', 'That may go away during a round, 0 to 1.'],
      'masking.graph': ['Graph', 'Sparse is cheaper for large cohorts.'],
    } as Readonly<Record<string, readonly [name: string, meaning: string]>>,
  },
};

/** A setting's value in a sentence. */
function nameOf(field: string): string {
  if (field === 'masking') return strings.settings.sections.masking.title;
  return strings.settings.fields[field]?.[0] ?? field;
}

function shown(field: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number' && /^(deadlines|schedule)\./.test(field)) return `${n(value / 1_000)} s`;
  if (value === null) return '–';
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return `“${String(value)}”`;
}
