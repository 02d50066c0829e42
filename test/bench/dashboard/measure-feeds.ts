import { type Figures, median, round } from '../benchmark.ts';
import type { Order as DevicesOrder, TookPart } from '../rounds/orders.ts';
import { SecondProcess } from '../second-process.ts';
import { enrolmentToken, type Measured, type Order, type Report } from './coordinator.ts';
import { openFeeds } from './open-feeds.ts';
import { cohort, task } from './task.ts';

/** Pages that are open at once. */
const dashboards = 20;
/** Passes without and with them, by turns; the middle difference counts. */
const pairs = 4;
/** Rounds of one pass, and ms from the beginning of one to that of the next: both kinds of pass have the same work in the same time. */
const [roundsOfPass, betweenRounds] = [8, 250];

interface Pass {
  /** CPU seconds of the coordinator per second. */
  readonly load: number;
  readonly seconds: number;
  /** States that each dashboard was told per second. */
  readonly statesPerSecond: number;
}

/** What open dashboards add to the CPU of a coordinator whose rounds follow each other, as a share of one core. Starts its rounds. */
export async function measureFeeds(
  coordinator: SecondProcess<Order, Report>,
  url: string,
  operatorToken: string,
  log: (line: string) => void,
): Promise<Figures> {
  const devices = new SecondProcess<DevicesOrder, TookPart | null>(
    new URL('../rounds/devices.ts', import.meta.url),
  );
  const pass = async (count: number): Promise<Pass> => {
    const feeds = await openFeeds(url, operatorToken, count);
    try {
      const before = await coordinator.run<Measured>({ do: 'measure' });
      const toldBefore = feeds.told();
      const began = performance.now();
      for (let i = 1; i <= roundsOfPass; i++) {
        await devices.run<TookPart>({ do: 'take-part', task: task.name });
        const early = began + i * betweenRounds - performance.now();
        if (early > 0) await new Promise(resolve => setTimeout(resolve, early));
      }
      const after = await coordinator.run<Measured>({ do: 'measure' });
      const seconds = (performance.now() - began) / 1_000;
      const published = after.published - before.published;
      if (published !== roundsOfPass)
        throw new Error(`${published} of ${roundsOfPass} rounds led to a version.`);
      const told = feeds.told() - toldBefore;
      if (told < count) throw new Error(`${count} dashboards were told ${told} states.`);
      return {
        load: (after.cpuSeconds - before.cpuSeconds) / seconds,
        seconds,
        statesPerSecond: told / Math.max(1, count) / seconds,
      };
    } finally {
      feeds.close();
    }
  };
  try {
    await devices.run({ do: 'connect', url, devices: cohort, token: enrolmentToken, authority: undefined });
    await coordinator.run({ do: 'start' });
    log(`rounds of ${cohort} devices without and with ${dashboards} dashboards`);
    // The first rounds compile what they run, and retention takes what is old.
    await pass(dashboards);
    const without: Pass[] = [];
    const open: Pass[] = [];
    for (let i = 0; i < pairs; i++) {
      // The other way round every other time, so that a process that gets faster, or slower, doesn't count for one of them.
      if (i % 2 === 1) open.push(await pass(dashboards));
      without.push(await pass(0));
      if (i % 2 === 0) open.push(await pass(dashboards));
    }
    const middle = (of: (pass: Pass) => number, passes: readonly Pass[]) => round(median(passes.map(of)));
    return {
      cpuShareOf20Dashboards: round(median(open.map(({ load }, i) => load - without[i]!.load))),
      cpuShareWithoutDashboards: middle(({ load }) => load, without),
      cpuShareWithDashboards: middle(({ load }) => load, open),
      roundsPerSecond: middle(({ seconds }) => roundsOfPass / seconds, open),
      statesPerSecond: middle(({ statesPerSecond }) => statesPerSecond, open),
    };
  } finally {
    await devices.end();
  }
}
