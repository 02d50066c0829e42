import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { tokensOf } from '@murmuration/demo-keyboard-app/task/tokens';

/**
 * Returns sentences of a television series' transcripts from the package `nlp-corpus`: public text that is
 * closer to messages than printed text.
 */
export function dialogue(): string[] {
  const root = dirname(createRequire(import.meta.url).resolve('nlp-corpus/package.json'));
  const folder = join(root, 'src', 'friends');
  return readdirSync(folder)
    .sort()
    .flatMap(name => readFileSync(join(folder, name), 'utf8').split(/\n|(?<=[.!?])\s+/))
    .filter(sentence => tokensOf(sentence).length > 0);
}
