import { expect, it } from 'vitest';
import { exportsOf } from '../../scripts/exports.mjs';

const report = (code: string) =>
  `## API Report File for "a"\n\n> Do not edit.\n\n\`\`\`ts\n\n${code}\n\n\`\`\`\n`;

const node = report(`import type { Clock } from '@murmuration/protocol/internal/time/clock';
import { Answer } from '@murmuration/protocol/internal/queries/vector';

// @public
export class Client {
    constructor(clock: Clock);
    // (undocumented)
    stop(): Promise<void>;
}

// @public
export function open(path: string): Client;

// @public (undocumented)
export function open(path: URL): Client;

// @public
export type Problem =
/** There is no network. */
'offline'
/**
 * Nobody
 * answers.
 */
| 'silent';

export { Answer }

// (No @packageDocumentation comment for this package)`);

const browser = report(`// @public
export class Client {
    stop(): void;
}

// @public
export type Problem =
'offline'
| 'silent';

// @public
const storage_2: unique symbol;
export { storage_2 as Storage }`);

it('the exports of a package are their names and signatures, and the entries that have them', () => {
  expect(
    exportsOf([
      ['node', node],
      ['browser', browser],
    ]),
  ).toBe(`// node
export { Answer } from '@murmuration/protocol/internal/queries/vector';

// node
export class Client {
    constructor(clock: Clock);
    stop(): Promise<void>;
}

// browser
export class Client {
    stop(): void;
}

// node
export function open(path: string): Client;

// node
export function open(path: URL): Client;

// node, browser
export type Problem =
'offline'
| 'silent';

// browser
const storage_2: unique symbol;
export { storage_2 as Storage }
`);
});

it('those of a package with one entry name none', () => {
  expect(exportsOf([['index', report('// @public\nexport const one: 1;')]])).toBe('export const one: 1;\n');
});
