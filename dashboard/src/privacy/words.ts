import { count } from '../format/format.ts';

export const words = {
  masked: 'What devices are promised',
  open: 'Updates are not masked',
  inForce: (plan: number) => `By plan ${count(plan)}, which is in force.`,
  parameters: 'By which parameters',
  below: (bits: number) => `below 2⁻${[...String(bits)].map(digit => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('')}`,
  threats: {
    'honest-but-curious': 'The coordinator follows the protocol, and may look at all that it gets.',
    'semi-malicious': 'The coordinator may lie to devices, but draws the graph between them honestly.',
    malicious: 'The coordinator may do whatever it likes, and try keys until a graph suits it.',
  },
  graphOf: (devices: string) => `With ${devices} devices`,
  graph: (graph: string, neighbours: number, threshold: number) =>
    `${graph}, ${count(neighbours)} neighbours, threshold ${count(threshold)}`,
  graphText: (neighbours: number, threshold: number) =>
    `Each device shares its secrets with ${count(neighbours)} others. ${count(threshold)} of them together recover one secret of it, and never both that would uncover its update.`,
  ring: (bits: number, valueBits: number) => `${count(bits)} bits, of which a value has ${count(valueBits)}`,
  cohort: (minimum: number, goal: number, largest: number) =>
    `${count(minimum)} at least, ${count(goal)} wanted, ${count(largest)} at most`,
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
        `Wide enough that no sum of a whole cohort can wrap, with weights of ${count(weightCap)} at most.`,
    },
    cohort: {
      name: 'Devices in a sum',
      text: 'The sum is of so many; what one of them sent is not to be seen in it.',
    },
  },
};
