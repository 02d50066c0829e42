import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PackedExample, Promises } from './packed-example.ts';

interface Audit {
  readonly accuracy: readonly { readonly own: number; readonly together: number }[];
  readonly privacy: { readonly spent: { readonly epsilon: number } };
  readonly devices: readonly { readonly protects: string }[];
}

/** Runs the rounds, reads what was written for an auditor, and has the log forget one of two patients. */
export async function clinics(example: PackedExample): Promise<Promises> {
  const program = example.start('start.js');
  const [, token, url] = await program.until(/TOKEN=(\S+) at (\S+)/);
  await program.until(/Dashboard: /);
  const { accuracy, privacy, devices }: Audit = JSON.parse(example.read('audit.json'));
  for (const patient of ['ada', 'ben']) {
    const answer = await fetch(url!, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'x-patient': patient },
      body: JSON.stringify({ instances: [Array(12).fill(0.5)] }),
    });
    if (!answer.ok) throw new Error(`A ward got no answer: ${await answer.text()}`);
  }
  const log = () => linesIn(join(example.folder, 'requests'));
  const before = await until(log, lines => lines.length >= 2);
  await example.command('npx murmuration request-log forget ada --log requests');
  const after = log();
  const verified = await example.command('npx murmuration request-log verify requests');
  return {
    clinics: accuracy.length,
    worstClinicByItself: Math.min(...accuracy.map(({ own }) => own)),
    worstClinicTogether: Math.min(...accuracy.map(({ together }) => together)),
    epsilon: privacy.spent.epsilon,
    masked: devices.length === 12 && devices.every(({ protects }) => protects === 'honest-but-curious'),
    erased: before.length - after.length,
    namesNobody: !/\b(?:ada|ben)\b/.test(before.join('\n')),
    verified: verified.length > 0,
  };
}

/** True if the example did what its table promises. */
export function clinicsHold(promises: Promises): boolean {
  const { clinics, worstClinicByItself, worstClinicTogether, epsilon, masked, erased } = promises;
  return (
    clinics === 4 &&
    worstClinicTogether! > worstClinicByItself! &&
    (epsilon as number) > 0 &&
    (epsilon as number) <= 8 &&
    masked === true &&
    (erased as number) > 0 &&
    promises.namesNobody === true &&
    promises.verified === true
  );
}

function linesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(file => file.isFile() && file.name.endsWith('.jsonl'))
    .flatMap(file => readFileSync(join(file.parentPath, file.name), 'utf8').split('\n'))
    .filter(Boolean);
}

async function until<Found>(look: () => Found, isIt: (found: Found) => boolean): Promise<Found> {
  for (;;) {
    const found = look();
    if (isIt(found)) return found;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
