import { expect, it } from 'vitest';
import { forHermes, hasHermes, runOnHermes, runOnNode, scriptOf } from '../hermes/engines.ts';

it.skipIf(!hasHermes)(
  'a device does the same on Hermes as in Node with WebAssembly, byte for byte',
  async () => {
    const script = await scriptOf(
      "import { proofs } from './proofs.ts'; proofs().then(found => print(JSON.stringify(found)), error => print('failed: ' + error.stack));",
    );
    const onHermes = forHermes(script).then(runOnHermes);
    const expected = JSON.parse(await runOnNode(script, true));
    expect(Object.keys(expected)).toEqual(['identity', 'maskedRound', 'quantised', 'hybrid']);
    expect(JSON.parse((await onHermes).printed)).toEqual(expected);
  },
  300_000,
);
