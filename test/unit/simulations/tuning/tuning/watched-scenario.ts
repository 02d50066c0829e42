import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import { defineScenario } from '@murmuration/simulations/scenario/define-scenario';
import clusters from '@murmuration/tuning/scenarios/clusters';
import * as z from 'zod';

/** What the scenario notes, a line each. */
export type Note =
  | { readonly what: 'data'; readonly thread: number; readonly seed: number }
  /** The held-out examples were read; `chosen`: whether the state file said by then what was chosen. */
  | { readonly what: 'held-out'; readonly chosen: boolean };

/** Few points of three clusters, in a scenario that notes who reads its held-out examples, and when. */
export default defineScenario({
  module: import.meta.url,
  name: 'watched',
  shows: 'who reads held-out examples',
  sections: {
    data: z.strictObject({
      clients: z.int().default(6),
      perClient: z.int().default(12),
      heldOut: z.int().default(40),
      dimensions: z.int().default(4),
      clusters: z.int().default(3),
      noise: z.number().default(0.5),
      clustersPerClient: z.int().default(2),
      /** The file of notes, and the state file of the search; empty: nothing is noted. */
      notes: z.string().default(''),
      state: z.string().default(''),
    }),
    model: z.strictObject({ hidden: z.int().min(1).max(64).default(4) }),
  },
  settings: {
    stop: { rounds: 4 },
    plan: { learningRate: 0.1 },
    cohort: { goal: 3 },
    evaluation: { clients: 0 },
  },
  data(settings) {
    const { notes, state } = settings.data;
    const note = (line: Note) => notes && appendFileSync(notes, `${JSON.stringify(line)}\n`);
    note({ what: 'data', thread: threadId, seed: settings.seed });
    const { train, clients, heldOut } = clusters.data(settings) as Awaited<ReturnType<typeof clusters.data>>;
    return {
      train,
      clients,
      get heldOut() {
        note({
          what: 'held-out',
          chosen: existsSync(state) && /^\{"chosen"/m.test(readFileSync(state, 'utf8')),
        });
        return heldOut;
      },
    };
  },
  model: (settings, data) => clusters.model(settings, data),
  objective: (settings, data) => clusters.objective(settings, data),
  metrics: clusters.metrics,
  measure(model, points, settings, data) {
    // A kill -9 in the midst of a training, once: where a file asks for it.
    const asked = `${settings.data.notes}.kill`;
    if (settings.data.notes && existsSync(asked) && settings.seed === Number(readFileSync(asked, 'utf8'))) {
      rmSync(asked);
      process.kill(process.pid, 'SIGKILL');
    }
    return clusters.measure(model, points, settings, data);
  },
});
