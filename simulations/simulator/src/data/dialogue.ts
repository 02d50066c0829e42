import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { tokensOf } from '@murmuration/demo-keyboard-app/task/tokens';

/**
 * Public text that is nearer to messages than any printed one: what people say to each other in the transcripts of a television series, from
 * the package `nlp-corpus`, sentence by sentence.
 */
export function dialogue(): string[] {
  const root = dirname(createRequire(import.meta.url).resolve('nlp-corpus/package.json'));
  const folder = join(root, 'src', 'friends');
  return readdirSync(folder)
    .sort()
    .flatMap(name => readFileSync(join(folder, name), 'utf8').split(/\n|(?<=[.!?])\s+/))
    .filter(sentence => tokensOf(sentence).length > 0);
}
