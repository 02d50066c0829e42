import { expect, it } from 'vitest';
import { forHermes, hasHermes, runOnHermes, runOnNode, scriptOf } from '../hermes/engines.ts';
import { oneStepWithoutVectors } from '../hermes/without-vectors.ts';

it.skipIf(!hasHermes)(
  'a device does the same on Hermes as in Node with WebAssembly, byte for byte',
  async () => {
    const script = await scriptOf(
      "import { proofs } from './proofs.ts'; proofs().then(found => print(JSON.stringify(found)), error => print('failed: ' + error.stack));",
    );
    const onHermes = forHermes(script).then(runOnHermes);
    const expected = JSON.parse(await runOnNode(script, true));
    expect(Object.keys(expected)).toEqual([
      'identity',
      'maskedRound',
      'quantised',
      'hybrid',
      'oneStep',
      'learned',
    ]);
    expect(JSON.parse((await onHermes).printed)).toEqual(expected);
    // The kernels in JavaScript were made of this build.
    expect(expected.oneStep).toBe(await oneStepWithoutVectors());
  },
  300_000,
);
