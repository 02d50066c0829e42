// A process of the cluster benchmark's coordinator: all of it, a front or a cell.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import * as tf from '@murmuration/engine/tfjs/tf';
import { defineTask } from '@murmuration/rounds/task/define-task';
import { answerOrders } from '../second-process.ts';

export type Order =
  | {
      readonly do: 'start';
      readonly role: 'all' | 'front' | 'cell';
      readonly config: object;
      /** Of which no round begins; a front has none of its own. */
      readonly tasks: readonly string[];
    }
  /** From when on `usage` counts. */
  | { readonly do: 'begin' }
  | { readonly do: 'usage' }
  | { readonly do: 'stop' };

export interface Usage {
  readonly cpuSeconds: number;
  readonly eventLoopDelayMsP99: number;
}

const delay = monitorEventLoopDelay({ resolution: 1 });
let coordinator: Coordinator | undefined;
let cpu = process.cpuUsage();

async function start({ role, config, tasks }: Extract<Order, { do: 'start' }>): Promise<string> {
  coordinator = await createCoordinator(
    parseConfig({ ...config, role, log: 'silent' }),
    tasks.map(name =>
      defineTask({
        name,
        model: () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] }),
        plan: { learningRate: 1 },
        update: { clip: 1, weightCap: 1 },
        masking: 'off',
        cohort: { goal: 1_000, minimum: 1, overSelection: 1 },
        uploadSlot: 0,
        schedule: { every: '1 h' },
      }),
    ),
  );
  coordinator.events.on('fault', (where, error) => console.error(where, error));
  await coordinator.start();
  return coordinator.url;
}

answerOrders<Order, string | Usage | null>(async order => {
  if (order.do === 'start') return start(order);
  if (order.do === 'stop') await coordinator?.stop();
  else if (order.do === 'begin') {
    delay.enable();
    delay.reset();
    cpu = process.cpuUsage();
  } else {
    const { user, system } = process.cpuUsage(cpu);
    return { cpuSeconds: (user + system) / 1e6, eventLoopDelayMsP99: delay.percentile(99) / 1e6 };
  }
  return null;
});
