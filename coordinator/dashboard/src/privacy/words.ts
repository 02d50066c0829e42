import { count, figure } from '../format/format.ts';

export const words = {
  protection: 'What else protects devices',
  masked: 'What devices are promised',
  open: 'Updates are not masked',
  central: 'The coordinator trains this model on its own examples',
  centralText: 'No device takes part, so no update is sent and there is nothing to mask.',
  inForce: (plan: number) => `Under plan ${count(plan)}, which is in force.`,
  parameters: 'Parameters',
  below: (bits: number) => `below 2⁻${[...String(bits)].map(digit => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('')}`,
  threats: {
    'honest-but-curious': 'The coordinator follows the protocol, but may look at everything it receives.',
    'semi-malicious': 'The coordinator may lie to devices, but draws the graph between them honestly.',
    malicious: 'The coordinator may do anything, including trying keys until the graph suits it.',
  },
  graphOf: (devices: string) => `With ${devices} devices`,
  graph: (graph: string, neighbours: number, threshold: number) =>
    `${graph}, ${count(neighbours)} neighbours, threshold ${count(threshold)}`,
  graphText: (neighbours: number, threshold: number) =>
    `Each device shares its secrets with ${count(neighbours)} others. Any ${count(threshold)} of them can recover one of its secrets, but never the two that would reveal its update.`,
  ring: (bits: number, valueBits: number) => `${count(bits)} bits, ${count(valueBits)} per value`,
  cohort: (minimum: number, goal: number, largest: number) =>
    `at least ${count(minimum)}, ${count(goal)} wanted, at most ${count(largest)}`,
  budget: {
    title: 'Privacy budget',
    none: 'This task has no privacy budget: nothing is added to its versions, and nobody can say how much they tell of a device. Set “privacy” in its definition.',
    epsilon: (spent: number | null) => (spent === null ? 'No ε holds' : `ε ${figure(spent)}`),
    isSpent: 'The budget is spent; no round starts.',
    of: (epsilon: number, delta: number) => `of ε ${figure(epsilon)} at δ ${delta.toExponential()}`,
    versions: (steps: number, rounds: number) => `${count(steps)} of ${count(rounds)}`,
    withAnswers: (epsilon: number | null, delta: number) =>
      epsilon === null
        ? 'For versions and answers to queries together no ε holds.'
        : `With the answers to queries, ε is ${figure(epsilon)} at δ ${delta.toExponential()}.`,
    curve: 'ε of each version',
    byVersion: 'Version',
    placeOf: (version: number) => `Version ${count(version)}`,
    terms: {
      versions: { name: 'Versions released', text: 'After the last one, training stops.' },
      separation: {
        name: 'Rounds from one part of a device to its next',
        text: (participations: number) =>
          `At least; and a device takes part ${participations === 1 ? 'once' : `at most ${count(participations)} times`}. The coordinator and the device both keep to it.`,
      },
      noise: {
        name: 'Noise multiplier',
        text: (bands: number) =>
          bands === 1
            ? 'Standard deviation of the noise, in longest updates. Each version gets noise of its own.'
            : `Standard deviation of the noise, in longest updates. Each version takes back a part of the noise of the ${count(bands - 1)} before it.`,
        blt: (buffers: number, moreNoise: number | null) =>
          `Standard deviation of the noise, in longest updates. Each version takes back a part of the noise of all before it, which ${buffers === 1 ? 'one buffer remembers' : `${count(buffers)} buffers remember`} (BLT)${moreNoise === null ? '' : `; models get ${figure(moreNoise)} times the noise of BISR`}.`,
        byDevices: (moreNoise: number | null) =>
          moreNoise === null
            ? 'Standard deviation of the noise, in longest updates, that the budget takes at least. Devices add it, so that nobody sees a sum without it.'
            : `Standard deviation of the noise, in longest updates, that the budget takes at least. Devices add it, so that nobody sees a sum without it; models get ${figure(moreNoise)} times as much noise as if the coordinator added it.`,
      },
    },
  },
  terms: {
    threat: { name: 'Coordinator' },
    corrupt: {
      name: 'Devices that may collude',
      text: 'This share of the devices may work together with the coordinator without learning any single update.',
    },
    dropping: {
      name: 'Devices that may drop out',
      text: 'This share of the devices may leave at any moment, and the sum can still be unmasked.',
    },
    security: { name: 'Chance that masking fails', text: 'For any device, in one round.' },
    failure: {
      name: 'Chance that a round can’t be unmasked',
      text: 'The round then fails, and nothing is revealed.',
    },
    ring: {
      name: 'Numbers on the wire',
      text: (weightCap: number) =>
        `Wide enough that the sum of a whole cohort can’t overflow, with weights of at most ${count(weightCap)}.`,
    },
    cohort: {
      name: 'Devices in a sum',
      text: 'The coordinator only sees the sum of this many updates.',
    },
  },
};
