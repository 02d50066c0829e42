import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../docs/documents.ts';
import { packAll } from './packed-example.ts';
import { examine, examples, mostLines } from './run-examples.ts';

let packs: { readonly folder: string; remove(): void };

beforeAll(async () => {
  packs = await packAll();
});
afterAll(() => packs?.remove());

it('knows every example that is a program of its own', () => {
  const folders = readdirSync(join(root, 'examples'), { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .filter(({ name }) => readdirSync(join(root, 'examples', name)).includes('start.js'))
    .map(({ name }) => name);
  expect(Object.keys(examples).sort()).toEqual(folders.sort());
});

async function keeps(name: string): Promise<void> {
  const result = await examine(name, packs.folder);
  expect(result.lines).toBeLessThanOrEqual(mostLines);
  expect(result, JSON.stringify(result)).toMatchObject({ name, held: true });
}

it('clinics keeps what it promises, from packed packages', () => keeps('clinics'));
it('weather keeps what it promises, from packed packages', { tags: 'rabbitmq' }, () => keeps('weather'));
