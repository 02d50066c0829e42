import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { Evaluator } from '@murmuration/rounds/evaluation/evaluator';
import { remembering } from '@murmuration/rounds/evaluation/remembering';
import { describe, expect, it } from 'vitest';

const { signal } = new AbortController();
const model = (hash: string) => ({ hash }) as ModelFiles;

function counted(revision?: Evaluator['revision']) {
  const asked: string[] = [];
  const evaluator = remembering({
    revision,
    async evaluate({ hash }) {
      asked.push(hash);
      return { loss: asked.length };
    },
    close: async () => {},
  });
  return { asked, evaluate: (hash: string) => evaluator.evaluate(model(hash), signal) };
}

describe('an evaluator that remembers', () => {
  it('measures no model twice in a row', async () => {
    const { asked, evaluate } = counted();
    expect(await evaluate('a')).toEqual(await evaluate('a'));
    await evaluate('b');
    await evaluate('a');
    expect(asked).toEqual(['a', 'b']);
  });

  it('measures again on examples that have changed', async () => {
    let revision = 'one';
    const { asked, evaluate } = counted(() => revision);
    await evaluate('a');
    revision = 'two';
    expect(await evaluate('a')).toEqual({ metrics: { loss: 2 } });
    await evaluate('a');
    expect(asked).toEqual(['a', 'a']);
  });

  it('does not remember what was measured while they changed', async () => {
    let reads = 0;
    const { asked, evaluate } = counted(() => {
      reads += 1;
      // Another one at each of the first four looks.
      return String(Math.min(reads, 4));
    });
    for (let i = 0; i < 4; i++) await evaluate('a');
    expect(asked).toEqual(['a', 'a', 'a']);
  });
});
