// The coordinator of the dashboard benchmark, in a process of its own.
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { answerOrders } from '../second-process.ts';
import { task } from './task.ts';

export type Order =
  | {
      readonly do: 'open';
      readonly folder: string;
      /** The one operator's token, as the configuration has it. */
      readonly operator: {
        readonly id: string;
        readonly name: string;
        readonly role: 'admin';
        readonly sha256: string;
      };
    }
  | { readonly do: 'start' }
  | { readonly do: 'measure' };

export interface OpenResources {
  readonly url: string;
}

export interface Measured {
  /** Of all threads of the process since it began. */
  readonly cpuSeconds: number;
  /** Rounds that led to a version. */
  readonly published: number;
}

export type Report = OpenResources | Measured | null;

export const enrolmentToken = 'a token for the dashboard benchmark';

let coordinator: Coordinator;
let published = 0;

answerOrders<Order, Report>(async order => {
  switch (order.do) {
    case 'open':
      coordinator = await createCoordinator(
        parseConfig({
          port: 0,
          log: 'silent',
          storage: order.folder,
          enrolmentTokens: [enrolmentToken],
          operatorTokens: [order.operator],
        }),
        [task],
      );
      coordinator.events.on('round-ended', ({ outcome }) => {
        if (outcome === 'published') published += 1;
      });
      return { url: coordinator.url };
    case 'start':
      await coordinator.start();
      return null;
    case 'measure': {
      const { user, system } = process.cpuUsage();
      return { cpuSeconds: (user + system) / 1e6, published };
    }
  }
});
