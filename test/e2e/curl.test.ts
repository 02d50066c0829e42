import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkInAnswer } from '@murmuration/protocol/messages/check-in';
import { decodeAck } from '@murmuration/protocol/messages/frame';
import { welcome } from '@murmuration/protocol/messages/hello';
import { afterEach, expect, it } from 'vitest';
import { codeBlocks, readDocuments } from '../docs/documents.ts';
import { enrolmentToken, openCoordinator } from './line.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

/** Whether this machine has a program. */
function has(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const canWalk = has('bash', '--version') && has('curl', '--version') && has('openssl', 'version');

it.skipIf(!canWalk)('HT1–HT5: is spoken by curl, as the guide walks through it', async () => {
  const [walk] = codeBlocks(readDocuments().get('docs/internals/transport.md')!).filter(
    ({ language }) => language === 'bash',
  );
  // No round begins soon.
  const coordinator = await openCoordinator({ schedule: { every: '1 h' } });
  cleanUp.push(() => coordinator.stop());
  const refused: string[] = [];
  coordinator.events.on('refused', (_, code, detail) => refused.push(`${code}: ${detail}`));
  const heard: string[] = [];
  coordinator.events.on('enrolled', device => heard.push(`enrolled ${device}`));
  coordinator.events.on('checked-in', (device, task, decision) =>
    heard.push(`${decision} ${device} ${task}`),
  );
  const gone = new Promise<string>(resolve => coordinator.events.on('disconnected', resolve));
  const cwd = mkdtempSync(join(tmpdir(), 'murmuration-curl-'));
  cleanUp.push(() => rmSync(cwd, { recursive: true }));
  const { stdout } = await promisify(execFile)('bash', ['-euc', walk!.code], {
    cwd,
    env: { ...process.env, COORDINATOR: coordinator.url, ENROLMENT: enrolmentToken, no_proxy: '127.0.0.1' },
  });
  const device = await gone;
  expect(refused).toEqual([]);
  expect(heard).toEqual([`enrolled ${device}`, `waiting ${device} line`]);
  expect(stdout).toMatch(/murmuration-expects: 1/i);
  expect(stdout.trim().split('\n').at(-1)).toBe('204');
  const answer = (name: string) => new Uint8Array(readFileSync(join(cwd, `${name}.answer`)));
  expect(decodeAck(answer('hello'), welcome).tasks).toEqual([{ task: 'line', leastExamples: 1 }]);
  expect(decodeAck(answer('check-in'), checkInAnswer)).toEqual({ decision: 'waiting' });
});
