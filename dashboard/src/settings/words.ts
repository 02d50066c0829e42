import { count } from '../format/format.ts';

export const words = {
  version: (plan: number) => `Plan ${count(plan)}.`,
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
  consequence: (plan: number) =>
    `From the next round on, devices are told plan ${count(plan)}. A round under way ends under the plan with which it began.`,
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
};

/** A setting's value in a sentence. */
export function nameOf(field: string): string {
  if (field === 'masking') return words.sections.masking.title;
  return words.fields[field]?.[0] ?? field;
}

export function shown(field: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number' && /^(deadlines|schedule)\./.test(field)) return `${count(value / 1_000)} s`;
  if (value === null) return '–';
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return `“${String(value)}”`;
}
