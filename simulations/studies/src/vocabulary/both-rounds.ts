import { defineQuery } from '@murmuration/protocol/queries/define-query';
import type { HeavyHitters } from '@murmuration/protocol/queries/heavy-hitters';
import type { HeavyHittersQuery } from '@murmuration/protocol/queries/query';
import { unmaskerPool } from '@murmuration/rounds/masking/unmasker';
import { seededRandom } from '@murmuration/simulations/random/seeded-random';
import { AskedPhones, type AskedRound } from './asked-phones.ts';
import type { VocabularySettings } from './settings.ts';

/** Result of the second round. */
export interface FoundWords extends AskedRound {
  readonly figures: HeavyHitters;
}

/**
 * Runs both rounds of the query on phones that have typed these words, each phone in one round; there is no
 * second round if the first found nothing.
 */
export async function bothRounds(
  typed: readonly (readonly string[])[],
  settings: VocabularySettings,
  seed: number,
  log: (line: string) => void,
): Promise<{ readonly sketch: AskedRound; readonly table: FoundWords | undefined }> {
  const { threshold, wordsPerDevice, times, digits, bytes, words, buckets, masking } = settings;
  const query = defineQuery({
    name: 'words',
    kind: 'heavy-hitters',
    threshold,
    values: wordsPerDevice,
    bytes,
    texts: words,
    buckets,
  }) as HeavyHittersQuery;
  const unmasker = masking === 'on' ? unmaskerPool() : undefined;
  try {
    const random = seededRandom(seed, 'vocabulary');
    const { name, kind } = query;
    const answers = typed.map(texts => ({ texts, times, digits }));
    const asked = await AskedPhones.open({ name, kind, answers, random, unmasker });
    const sketch = await asked.ask(query);
    if (sketch.figures.kind !== 'sketch') return { sketch, table: undefined };
    log(`Round 1: ${sketch.figures.buckets} heavy buckets; ${sketch.answerBytes} bytes a phone.`);
    const heavy = new Uint8Array(Buffer.from(sketch.figures.heavy, 'base64url'));
    const second = await asked.ask({ ...query, heavy });
    const figures = second.figures as HeavyHitters;
    log(`Round 2: ${figures.texts.length} words; ${second.answerBytes} bytes a phone.`);
    return { sketch, table: { ...second, figures } };
  } finally {
    await unmasker?.close();
  }
}
