import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** What once stood in the way of those who put the SDK into an app, and the tests that keep it away: each was red before its remedy. */
const obstacles: readonly (readonly [obstacle: string, file: string, ...tests: readonly string[]])[] = [
  [
    'a page that people look at served a withdrawn version until it was idle',
    'unit/client-sdk/hybrid/adoption.test.ts',
    'serves at once on a device in use, and the personal models are fitted to it once the device is idle',
    'waits for nothing: %s',
    'does not wait for what is being learned from the one that was withdrawn',
  ],
  [
    'nothing was predicted before the first idle time',
    'unit/client-sdk/hybrid/adoption.test.ts',
    'is the first one: predictions begin, whether the device is in use or not',
  ],
  [
    'a coordinator that is out of reach was silence',
    'unit/client-sdk/session/connection.test.ts',
    'is told as it changes, and can be asked for',
    'finds out what is in the way, once a minute at most, and says so until it is known again',
  ],
  [
    'a Keras classifier got its softmax twice',
    'unit/engine/models/outputs.test.ts',
    'is known for its probabilities, and keeps its logits',
    'learns as one that ends in logits',
    'says logits to who makes probabilities of them, and probabilities to who asks the model',
  ],
  [
    'bundlers did not build the app',
    'e2e/bundlers.ts',
    'bundled with %s takes part in a round',
    'bundled with webpack takes part in a round',
    'bundled with esbuild takes part in a round, and loads at most 60 kB before its worker',
  ],
  [
    'one error stood for all mistakes of an app',
    'unit/client-sdk/session/app-mistakes.test.ts',
    'what goes wrong in the app has a code of its own',
    'says of which task and round an error is',
    'never rejects, and lets go of all that it can',
  ],
  [
    'a worker without serveTraining never answered',
    'unit/client-sdk/worker/app-worker.test.ts',
    'gives a worker up that has said nothing for 10 s, and starts another at the next call',
  ],
  [
    'a changed model() had no effect, and nobody was told',
    'unit/coordinator/rounds/rounds/model-difference.test.ts',
    'is refused with what to do: %s',
  ],
];

it.each(obstacles)('%s: tests hold it away', (_, file, ...tests) => {
  const text = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
  for (const name of tests) expect(text).toContain(name);
});
