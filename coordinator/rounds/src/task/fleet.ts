import { isObject } from '@murmuration/protocol/encoding/json';
import { fewestContributors, smallestSumByDefault } from '@murmuration/protocol/secagg/assumptions';
import * as z from 'zod';

export const fleetSchema = z.enum(['few', 'phones', 'come-and-go']);

/** Default of a setting, or a function of the cohort's goal that returns it; and the reason for it. */
type Preset = readonly [value: unknown, why: string];

/** Share of the goal, but no fewer than `least` unless the goal is lower. */
const ofGoal = (share: number, least: number) => (goal: number) =>
  Math.min(goal, Math.max(least, Math.ceil(share * goal)));

/**
 * Defaults of the settings that a task with a fleet leaves out, by path. None protects devices less than the
 * defaults of tasks without one.
 */
export const fleets: Readonly<Record<z.output<typeof fleetSchema>, Readonly<Record<string, Preset>>>> = {
  few: {
    'cohort.goal': [20, 'All take part, up to 20.'],
    'cohort.minimum': [ofGoal(0, fewestContributors), 'Masks take no fewer. Apps have floors of their own.'],
    'cohort.overSelection': [1, 'A spare one would train for nothing.'],
    'deadlines.gathering': ['10 min', 'A machine that restarts is waited for.'],
    'deadlines.updates': ['10 min', 'The slowest is waited for: each has data that no other has.'],
    'deadlines.grace': ['1 min', 'A machine that lost its connection comes back.'],
    'schedule.every': ['5 s', 'They are there anyway.'],
  },
  phones: {
    'cohort.goal': [100, 'A sum of many hides each, and a lost phone costs little.'],
    'cohort.minimum': [ofGoal(0.5, smallestSumByDefault), 'Half of the goal, 16 at least: apps refuse less.'],
    'cohort.overSelection': [1.3, 'Some are picked up or unplugged in the middle of a round.'],
    'deadlines.gathering': ['10 min', 'Phones come one by one, as pace steering spreads them.'],
    'deadlines.updates': ['15 min', 'Phones are slow, and so are their uplinks.'],
    'deadlines.messages': ['1 min', 'A phone that sleeps takes a while to answer.'],
    'deadlines.grace': ['1 min', 'Networks of phones come and go.'],
    'eligibility.needs': [['idle', 'charging', 'unmetered'], 'It costs nobody battery, data or patience.'],
    'schedule.every': ['1 h', 'Pace steering spreads check-ins over hours.'],
  },
  'come-and-go': {
    'cohort.mode': ['asynchronous', 'Each begins when it comes; nobody waits for others to train.'],
    'cohort.goal': [20, 'Apps refuse smaller cohorts, and larger ones take longer.'],
    'cohort.minimum': [ofGoal(0.8, smallestSumByDefault), 'Four fifths of the goal, 16 at least.'],
    'deadlines.updates': ['90 s', 'Who has left is not waited for; three times `uploadSlot`.'],
    'deadlines.grace': ['5 s', 'Who has closed a page does not come back to it.'],
    'schedule.every': ['0 s', 'A version as soon as there are enough updates.'],
  },
};

/** Fills in the settings that a definition with a fleet leaves out; what is written stays. */
export function withFleet(input: unknown): unknown {
  const fleet = isObject(input) ? fleetSchema.safeParse(input.fleet) : undefined;
  if (!fleet?.success) return input;
  const filled = { ...(input as Record<string, unknown>) };
  for (const [path, [value]] of Object.entries(fleets[fleet.data])) {
    const [section = '', name = ''] = path.split('.');
    const { [section]: written = {} } = filled;
    const { goal, mode } = (filled.cohort ?? {}) as { readonly goal?: unknown; readonly mode?: unknown };
    if (!isObject(written) || written[name] !== undefined) continue;
    // Asynchronous tasks have defaults of their own.
    if (mode === 'asynchronous' && /^cohort\.(?:minimum|overSelection)$/.test(path)) continue;
    // The schema says what is wrong with a goal that is none.
    const wanted = Math.max(1, Math.ceil(Number(goal)) || 1);
    filled[section] = { ...written, [name]: typeof value === 'function' ? value(wanted) : value };
  }
  return filled;
}
