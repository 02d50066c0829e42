import { formatWithOptions } from 'node:util';
import { PlatformClient } from '@murmuration/client-sdk/client/client';
import type { ClientOptions } from '@murmuration/client-sdk/client/options';
import { defaultFloors } from '@murmuration/client-sdk/floors/floors';
import { memoryStorage, nodePlatform } from '@murmuration/client-sdk/node';
import { found } from '@murmuration/client-sdk/transport/find-problem';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { regressor } from '@murmuration/engine/objective/rows';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks, readDocuments } from '../docs/documents.ts';
import { freePort } from '../free-port.ts';
import { enrolmentToken, lineOptions, lineTask } from './line.ts';

const [, guide] = readDocuments().get('docs/guides/embed-node.md')!.split('## When no round comes\n') as [
  string,
  string,
];
/** What the guide's lines say that is printed: the event, the code of an error, or the words that are in it. */
const rows = [...guide.matchAll(/^\| `(\w+)`(?: `([\w.-]+)`|: (.+?)) \| (?!---)/gm)].map(
  ([, event, code, words]) => ({ event: event!, words: code ?? words! }),
);

let coordinator: Coordinator;
beforeAll(async () => {
  coordinator = await createCoordinator(
    parseConfig({ port: 0, enrolmentTokens: [enrolmentToken], log: 'silent' }),
    [
      lineTask({ cohort: { goal: 3, minimum: 2, overSelection: 1 } }),
      lineTask({ name: 'many' }),
      lineTask({ name: 'choosy', eligibility: { needs: ['charging'] } }),
      lineTask({ name: 'large', eligibility: { minExamples: 50 } }),
    ],
    { clock: systemClock, random: systemRandom },
  );
  await coordinator.start();
});
afterAll(() => coordinator.stop());

/** What an app does wrong, by what it is told. */
const mistakes: Record<string, (good: ClientOptions) => ClientOptions | Promise<ClientOptions>> = {
  'nobody has agreed to take part': good => ({ ...good, consent: 'asked' }),
  async standby(good) {
    const first = clientOf(good);
    started.push(first);
    await first.start();
    return good;
  },
  'Nothing listens at': async good => ({ ...good, url: `http://127.0.0.1:${await freePort()}` }),
  'is not a Murmuration coordinator': good => ({ ...good, url: `${good.url}/api` }),
  'The enrolment token is not valid': good => ({ ...good, enrolment: 'another token' }),
  'task.unknown': good => ({ ...good, tasks: { lines: good.tasks.line! } }),
  'plan.below-floor': good => ({ ...good, floors: { ...good.floors, masking: 'malicious', smallestSum: 3 } }),
  'app.examples': good => withTask(good, { examples: () => undefined as never }),
  'data.row': good =>
    withTask(good, {
      trainer: tfjsTrainer(regressor({ features: ([x]: [number, number]) => [x], label: () => Number.NaN })),
    }),
  'training.module': good =>
    withTask(good, { trainer: new URL('data:text/javascript,export const objective = 1') }),
  'the app asks for 32 examples': good => ({
    ...good,
    floors: { ...good.floors, leastExamples: defaultFloors.leastExamples },
  }),
  'the task asks for 50 examples': good => ({ ...good, tasks: { large: good.tasks.line! } }),
  'the task asks for a device that is': good => ({ ...good, tasks: { choosy: good.tasks.line! } }),
  'waiting for an assignment': good => ({ ...good, tasks: { many: good.tasks.line! } }),
};
const withTask = (good: ClientOptions, change: object): ClientOptions => ({
  ...good,
  tasks: { line: { ...good.tasks.line!, ...change } },
});

/** A client on a machine that tells nothing of itself. */
const clientOf = (options: ClientOptions) =>
  new PlatformClient(options, { ...nodePlatform, conditions: async () => ({}) });
const started: PlatformClient[] = [];

describe('what the guide says to do when nothing happens', () => {
  it('has a line for each mistake, and no other', () => {
    // Mistakes of pages: test/e2e/connection-problems.test.ts and test/unit/client-sdk/worker make them.
    const ofPages = ['does not let pages of', 'training.no-answer'];
    expect(rows.map(({ words }) => words).sort()).toEqual([...Object.keys(mistakes), ...ofPages].sort());
    expect(found('cors', new URL(coordinator.url)).detail).toContain(ofPages[0]);
  });

  it.each(rows.filter(({ words }) => words in mistakes))(
    'tells what is printed: $event, $words',
    async ({ event, words }) => {
      const options = await mistakes[words]!(lineOptions(coordinator.url, 0, memoryStorage()));
      const client = clientOf(options);
      // Others, since a round takes three.
      const companions = [1, 2].map(index => clientOf(lineOptions(coordinator.url, index)));
      started.push(client, ...companions);
      const printed: string[] = [];
      const { code } = codeBlocks(guide)[0]!;
      const console = { log: (...told: unknown[]) => printed.push(formatWithOptions({}, ...told)) };
      new Function('client', 'console', ts.transpile(code))(client, console);
      await Promise.all([client, ...companions].map(each => each.start()));
      await expect
        .poll(() => printed.filter(line => line.startsWith(event)).join('\n'), { timeout: 20_000 })
        .toContain(words);
      await Promise.all(started.splice(0).map(each => each.stop()));
    },
  );
});
