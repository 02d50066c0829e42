import { bulyan } from '@murmuration/rounds/strategy/bulyan';
import { centredClipping } from '@murmuration/rounds/strategy/centred-clipping';
import { geometricMedian } from '@murmuration/rounds/strategy/geometric-median';
import { krum, multiKrum } from '@murmuration/rounds/strategy/krum';
import { median } from '@murmuration/rounds/strategy/median';
import type { EachStrategy } from '@murmuration/rounds/strategy/strategy';
import { trimmedMean } from '@murmuration/rounds/strategy/trimmed-mean';

export const ruleNames = [
  'mean',
  'median',
  'trimmedMean',
  'krum',
  'multiKrum',
  'bulyan',
  'centredClipping',
  'geometricMedian',
] as const;
export type RuleName = (typeof ruleNames)[number];

/**
 * Makes a rule over `count` updates or groups that withstands as many attackers as it can, up to the share
 * `most`.
 */
export function ruleOf(name: RuleName, count: number, most: number): EachStrategy {
  const upTo = (limit: number) => Math.max(0, Math.min(Math.floor(most * count), Math.floor(limit)));
  switch (name) {
    case 'mean':
      return trimmedMean({ trim: 0 }) as EachStrategy;
    case 'median':
      return median() as EachStrategy;
    case 'trimmedMean':
      return trimmedMean({ trim: most }) as EachStrategy;
    case 'krum':
      return krum({ attackers: upTo((count - 3) / 2) }) as EachStrategy;
    case 'multiKrum':
      return multiKrum({ attackers: upTo((count - 3) / 2) }) as EachStrategy;
    case 'bulyan':
      return bulyan({ attackers: upTo((count - 3) / 4) }) as EachStrategy;
    case 'centredClipping':
      return centredClipping() as unknown as EachStrategy;
    case 'geometricMedian':
      return geometricMedian() as EachStrategy;
  }
}
