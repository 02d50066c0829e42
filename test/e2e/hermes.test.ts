import { beforeAll, describe, expect, it } from 'vitest';
import { forHermes, hasHermes, runOnHermes, runOnNode, scriptOf } from '../hermes/engines.ts';

describe('a device', () => {
  let script = '';
  let expected: Record<string, string>;

  beforeAll(async () => {
    script = await scriptOf(
      "import { proofs } from './proofs.ts'; proofs().then(found => print(JSON.stringify(found)), error => print('failed: ' + error.stack));",
    );
    expected = JSON.parse(await runOnNode(script, false));
  }, 300_000);

  it('does the same in Node without WebAssembly and with it', async () => {
    expect(Object.keys(expected)).toEqual(['identity', 'maskedRound', 'quantised', 'hybrid']);
    expect(JSON.parse(await runOnNode(script, true))).toEqual(expected);
  });

  it.skipIf(!hasHermes)(
    'does the same on Hermes, byte for byte',
    async () => {
      const { printed } = await runOnHermes(await forHermes(script));
      expect(JSON.parse(printed)).toEqual(expected);
    },
    300_000,
  );
});
