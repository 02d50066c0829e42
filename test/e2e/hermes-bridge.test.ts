import { expect, it } from 'vitest';
import { forHermes, hasHermes, runOnHermes, runOnNode, scriptOf } from '../hermes/engines.ts';

it.skipIf(!hasHermes)(
  'the bridge to a web view carries the same texts on Hermes as in Node, and reads the same',
  async () => {
    const script = await scriptOf(
      "import '@murmuration/client-sdk/react-native/built-ins'; import { bridgeProof } from './bridge.ts'; print(JSON.stringify(bridgeProof()));",
    );
    const onHermes = forHermes(script).then(runOnHermes);
    const expected = JSON.parse(await runOnNode(script, true));
    expect(expected).toMatchObject({
      // Three chunks, and the word that each of the answer's was read.
      texts: { length: 6 },
      delta: [100_000, expect.any(Number), expect.any(Number)],
      examples: ['wörter 🦢', ['1', '-0', 'NaN', 'undefined']],
      broken: [],
    });
    expect(JSON.parse((await onHermes).printed)).toEqual(expected);
  },
  300_000,
);
