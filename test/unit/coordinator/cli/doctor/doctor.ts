import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { examine } from '@murmuration/cli/doctor/examine';
import type { Checkup } from '@murmuration/cli/doctor/finding';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { expect } from 'vitest';

/** What the doctor looks at. */
interface Patient {
  readonly config?: object;
  readonly modules?: readonly string[];
  readonly clock?: { now(): number; at: VirtualClock['at'] };
  readonly url?: URL;
}

/** Has the doctor look at a machine whose configuration and storage are in a folder. */
export function patientIn(folder: () => string) {
  async function findings({
    config = {},
    modules = [],
    clock = systemClock,
    url,
  }: Patient): Promise<Checkup[]> {
    const file = join(folder(), 'murmuration.json');
    await writeFile(file, JSON.stringify({ port: 0, storage: join(folder(), 'state'), ...config }));
    return examine({ modules, file, env: {}, url }, clock);
  }

  /** What one check found; every fault and warning says how to mend it. */
  async function found(check: string, patient: Patient): Promise<Checkup> {
    const all = await findings(patient);
    for (const { state, says, mend } of all) {
      expect(says).toMatch(/^.+[.\])]$/s);
      expect(mend === null, says).toBe(state === 'ok');
    }
    const named = all.filter(finding => finding.check === check);
    return named.find(({ state }) => state !== 'ok') ?? named[0]!;
  }

  return { findings, found };
}
