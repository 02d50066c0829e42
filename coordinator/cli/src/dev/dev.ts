import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import { base64url, hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { loadLocalTask } from '../arguments/local-task.ts';
import { figures } from '../output/figures.ts';
import { note, say } from '../output/output.ts';
import { readyDashboard } from './dashboard.ts';
import { LocalDevices } from './local-devices.ts';
import { smallTask } from './small-task.ts';
import { tryTask } from './trial.ts';

export interface DevOptions {
  readonly devices: number;
  readonly port: number;
  /** Number of rounds after which it stops; without it, it stops at a signal. */
  readonly rounds?: number;
}

/**
 * Tests the task of a module, then runs a coordinator and local devices for it until a signal comes, or
 * `rounds` are over. Throws `config.invalid` if the task can't be learned or the port is taken.
 */
export async function dev(path: string, { devices, port, rounds }: DevOptions): Promise<void> {
  const clock = steadyClock();
  const local = await loadLocalTask(path);
  say(`Trying ${local.task.name}: one training step, and one evaluation …`);
  const { values, examples, loss, metrics } = await tryTask(local, devices, clock);
  say(
    `The model has ${values} values. Devices have ${Math.min(...examples)} to ${Math.max(...examples)} examples. Loss of the step: ${loss?.toFixed(4) ?? 'not told'}. Evaluation: ${figures(metrics) ?? 'none'}.`,
  );
  const { task, isUnmasked } = smallTask(local.task, devices);
  if (isUnmasked)
    note(`Masking is off here: ${devices} devices are too few for the masking that the task asks for.`);
  const hasDashboard = await readyDashboard(() => say('Building the dashboard …'));

  const enrolmentToken = base64url(systemRandom(24));
  const { text: token, proof } = mintToken('operator', systemRandom, native);
  const coordinator = await createCoordinator(
    parseConfig({
      port,
      log: 'error',
      development: true,
      enrolmentTokens: [enrolmentToken],
      operatorTokens: [{ id: proof.id, name: 'you', role: 'admin', sha256: hex(proof.digest) }],
    }),
    [task],
    { clock, random: systemRandom },
  );
  say(`\nDevelopment mode: this protects nobody, and only this machine can connect.`);
  say(`Coordinator: ${coordinator.url}`);
  if (hasDashboard) say(`Dashboard:   ${coordinator.url}/#token=${token}`);
  say(`Status:      MURMURATION_TOKEN=${token} murmuration status --url ${coordinator.url}\n`);

  let running: LocalDevices | undefined;
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= (async () => {
      await running?.stop();
      await coordinator.stop();
    })();
    return stopped;
  };
  await new Promise<void>((resolve, reject) => {
    let over = 0;
    coordinator.events.on('round-ended', record => {
      if (stopped) return;
      say(roundLine(record));
      over += 1;
      if (over === rounds) resolve();
    });
    running = new LocalDevices(
      { path, url: coordinator.url, enrolmentToken, devices },
      message => {
        if (message.type === 'error') note(`Device ${message.device}: ${message.detail} (${message.code})`);
      },
      reject,
    );
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    coordinator.start().catch(reject);
  }).finally(stop);
}

function roundLine({ number, outcome, tally, metrics, failure, startedAt, endedAt }: RoundRecord): string {
  const seconds = ((endedAt - startedAt) / 1_000).toFixed(1);
  if (outcome === 'failed') return `Round ${number} failed after ${seconds} s: ${failure!.reason}`;
  const measured = figures(metrics);
  return `Round ${number}: ${tally.accepted} of ${tally.cohort} devices in ${seconds} s${measured ? `; ${measured}` : ''}`;
}
