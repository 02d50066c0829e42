import { wordRows } from '@murmuration/demo-keyboard-app/src/learning/observed-trainer';
import { firstWordId } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { expect, it } from 'vitest';

it.each([32, 48, 8])('shows a row for each of the first words of an embedding of width %i', width => {
  const layout = layoutOf([
    { name: 'embedding/embeddings', shape: [100, width] },
    { name: 'logits/kernel', shape: [4, 100] },
  ]);
  const delta = new Float32Array(layout.count);
  delta.fill(1, (firstWordId + 2) * width, (firstWordId + 3) * width);
  const rows = wordRows(delta, layout);
  expect(rows).toHaveLength(1_024);
  const shown = Math.min(32, width);
  expect(rows.reduce((sum, value) => sum + value, 0)).toBe(shown);
  expect(rows.subarray(64, 64 + shown).every(value => value === 1)).toBe(true);
});
