import { count } from '../format/format.ts';

export const words = {
  version: (plan: number) => `Plan ${count(plan)}.`,
  changedBy: (by: string | null) => (by === null ? 'Changed' : `Changed by ${by}`),
  asDefined: 'As defined by the task module.',
  nextRound: 'It takes effect with the next round; the running round uses the previous plan.',
  readOnly: 'Your role can view settings; operators can change them.',
  unsaved: 'You have unsaved changes.',
  unchanged: 'No changes.',
  discard: 'Discard',
  review: 'Review changes',
  confirmTitle: 'Apply these settings?',
  apply: 'Apply',
  applied: 'Settings saved. They apply from the next round.',
  change: (field: string, from: unknown, to: unknown): string =>
    `${nameOf(field)}: from ${shown(field, from)} to ${shown(field, to)}.`,
  weakens: (field: string, means: string): string =>
    `This protects devices less (${nameOf(field)}): ${means}.`,
  isTold: 'The change is recorded in the audit log, and a critical alert stays until it is undone.',
  takesAdmin: 'Only an admin can make this change.',
  weakened: 'Devices are less protected than the task’s definition says',
  weakness: (field: string, from: unknown, to: unknown, means: string): string =>
    `${nameOf(field)} is ${shown(field, to)} instead of ${shown(field, from)}: ${means}.`,
  undoWeakened:
    'Restore the values from the definition. If you want less protection, change the definition and raise its planVersion.',
  consequence: (plan: number) =>
    `Devices get plan ${count(plan)} from the next round. A running round ends under its own plan.`,
  sections: {
    cohort: { title: 'Cohort', text: 'How many devices take part in a round.' },
    schedule: { title: 'Schedule', text: 'When rounds start.' },
    deadlines: { title: 'Deadlines', text: 'How long each phase may last, for example “30 s” or “3 min”.' },
    eligibility: { title: 'Eligibility', text: 'What a device needs to take part.' },
    plan: { title: 'Training', text: 'How devices train on their examples.' },
    update: { title: 'Updates', text: 'How devices send what they learned.' },
    masking: {
      title: 'Masking',
      text: 'What the coordinator can’t see. Apps may refuse plans that protect less than they require.',
    },
  },
  problems: {
    integer: 'Enter a whole number.',
    number: 'Enter a number.',
    duration: 'Enter a time, for example “30 s” or “5 min”.',
    missing: 'Enter a value.',
  },
  undo: 'Undo',
  noSuchChange: 'The log has no such change of this task.',
  isUndone: 'These settings are as they were before that change.',
  fields: {
    'cohort.goal': ['Updates wanted', 'The aggregation goal of a round.'],
    'cohort.minimum': ['Minimum of updates', 'With fewer, the round fails and the model doesn’t change.'],
    'cohort.overSelection': ['Devices per update', 'Above 1, because some devices drop out.'],
    'cohort.concurrency': ['Devices at work', 'How many train at the same time. Asynchronous rounds.'],
    'cohort.maxStaleness': [
      'Largest staleness',
      'Versions that may come out while a device trains. Asynchronous rounds.',
    ],
    'schedule.every': [
      'Interval',
      'From the start of one round to the start of the next, for example “5 min”.',
    ],
    'deadlines.gathering': ['Gathering', 'Until enough devices have checked in.'],
    'deadlines.messages': ['Messages of masking', 'For each of them; half for keys and shares.'],
    'deadlines.updates': ['Updates', 'For training and uploading.'],
    'deadlines.grace': [
      'Grace',
      'With masking: how long to wait for disconnected devices once enough others have answered.',
    ],
    'eligibility.minExamples': [
      'Minimum examples',
      'Devices with fewer don’t check in. They never tell how many they have.',
    ],
    'eligibility.needs': [
      'States',
      'Any of idle (not in use), charging and unmetered (a network that doesn’t charge by volume).',
    ],
    'eligibility.minSdk': ['SDK version', 'Minimum, for example “0.1.0”.'],
    'plan.epochs': ['Epochs', 'Passes over the device’s examples.'],
    'plan.batchSize': ['Batch size', 'Examples per step.'],
    'plan.learningRate': ['Learning rate', 'For gradient descent on the device.'],
    'plan.proximal': ['Proximal term', 'Pulls towards the global model (FedProx). 0 turns it off.'],
    'plan.maxExamples': ['Maximum examples', 'Per device and round.'],
    'update.clip': ['Clip', 'Maximum Euclidean norm of an update.'],
    'update.perLayer': ['Clip per layer', 'Each layer is clipped to an equal share.'],
    'update.bits': ['Bits', 'Per value, after quantisation.'],
    'update.weighting': ['Weights', 'By number of examples, or uniform.'],
    'update.weightCap': ['Weight cap', 'Maximum weight of one device.'],
    'masking.threat': ['Threat model', '“off” adds up updates without masking.'],
    'masking.corrupt': ['Colluding devices', 'Share that may work together with the coordinator, 0 to 1.'],
    'masking.dropping': ['Dropouts', 'Share that may drop out during a round, 0 to 1.'],
    'masking.graph': ['Graph', 'Sparse is cheaper for large cohorts.'],
    'masking.groups': ['Groups', 'Sums that a cohort is cut into. 1: one sum.'],
    'masking.smallestGroup': ['Smallest group', 'Minimum of updates in the sum of a group.'],
  } as Readonly<Record<string, readonly [name: string, meaning: string]>>,
};

/**
 * Rewrites the coordinator's message about a wrong setting for readers of the form, for example `expected an
 * integer of 1 or more; found 0`.
 */
export function problemInWords(message: string): string {
  const told = message
    .replace(/; found .*$/s, '')
    .replace(/^expected /, 'enter ')
    .replace(/\b[a-z]+\.[a-zA-Z]+\b/g, path => (path in words.fields ? `“${nameOf(path)}”` : path));
  const sentence = `${told.charAt(0).toUpperCase()}${told.slice(1).replace(/\.$/, '')}`;
  return sentence.endsWith('?') ? sentence : `${sentence}.`;
}

/** Name of a setting in the form. */
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
