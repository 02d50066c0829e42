import type { TrainingRunMessage } from '@murmuration/api/run';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { command } from './kept-commands.ts';
import { enrolmentToken, lineTask } from './line.ts';

const clock = new VirtualClock(Date.UTC(2026, 0, 1));
const { text: token, proof } = mintToken('operator', systemRandom, native);
let coordinator: Coordinator;

beforeAll(async () => {
  const operator = { id: proof.id, name: 'Ada', role: 'operator', sha256: hex(proof.digest) };
  coordinator = await createCoordinator(
    parseConfig({
      port: 0,
      log: 'silent',
      enrolmentTokens: [enrolmentToken],
      operatorTokens: [operator],
    }),
    [lineTask({ retrain: { until: { rounds: 5 } } })],
    { clock, random: systemRandom },
  );
  await coordinator.start();
});
afterAll(() => coordinator.stop());

const run = (...args: string[]) =>
  command(['training', ...args], { MURMURATION_URL: coordinator.url, MURMURATION_TOKEN: token });

it('begins, lists, shows and ends training runs', async () => {
  expect(await run('start', 'line', '--reason', 'new data')).toMatchObject({
    code: 0,
    output: 'Training run 1 of line starts.\n',
  });
  expect(await run('start', 'line')).toMatchObject({
    code: 1,
    errors: expect.stringContaining('Training run 1 of this task is open.'),
  });
  await clock.advance(0);
  expect((await run('stop', 'line')).output).toBe('Training run 1 of line ends with its current round.\n');
  await clock.advance(0);
  const listed = JSON.parse((await run('list', 'line', '--json')).output) as TrainingRunMessage[];
  expect(listed).toMatchObject([{ number: 1, failed: 1, ending: { reason: 'stopped' } }]);
  const table = (await run('list', 'line')).output;
  expect(table).toMatch(/by-hand/);
  const shown = (await run('line', '1')).output;
  expect(shown).toContain('Ada asked for it: new data');
  expect(shown).toContain('Ada ended the training run.');
  expect(await run('show', 'line', '2')).toMatchObject({
    code: 4,
    errors: expect.stringContaining('no training run 2'),
  });
});
