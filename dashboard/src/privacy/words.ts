import { count } from '../format/format.ts';

export const words = {
  masked: 'What devices are promised',
  open: 'Updates are not masked',
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
