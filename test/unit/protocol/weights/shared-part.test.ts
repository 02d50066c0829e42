import { layoutOf } from '@murmuration/protocol/weights/layout';
import { splitLayout, takePart, withPart } from '@murmuration/protocol/weights/shared-part';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const layout = layoutOf([
  { name: 'embedding/embeddings', shape: [3, 2] },
  { name: 'logits/kernel', shape: [2, 2] },
  { name: 'gru/kernel', shape: [2] },
  { name: 'logits/bias', shape: [2] },
]);

describe('a layout with private layers', () => {
  it('WC6: shares all tensors but those called after a private layer', () => {
    const split = splitLayout(layout, ['logits']);
    expect(split.shared).toEqual(layoutOf([layout.tensors[0]!, layout.tensors[2]!]));
    expect(split.private).toEqual(layoutOf([layout.tensors[1]!, layout.tensors[3]!]));
  });

  it('WC6: is the whole layout, with the same hash, where nothing is private', () => {
    for (const none of [undefined, []]) {
      const split = splitLayout(layout, none);
      expect(split.shared).toBe(layout);
      expect(split.private).toBeNull();
    }
  });

  it('has nothing in its other parts where all is shared, and no copy of what is', () => {
    const vector = new Float32Array(layout.count).fill(1);
    const split = splitLayout(layout, []);
    expect(takePart(vector, split, 'shared')).toBe(vector);
    expect(takePart(vector, split, 'private')).toHaveLength(0);
    expect(takePart(vector, split, 'frozen')).toHaveLength(0);
    const other = new Float32Array(layout.count);
    expect(withPart(vector, split, 'shared', other)).toBe(other);
    expect(withPart(vector, split, 'private', new Float32Array(0))).toEqual(vector);
  });

  it('takes a layer by its whole name', () => {
    const similar = layoutOf([
      { name: 'head/kernel', shape: [2] },
      { name: 'head_2/kernel', shape: [3] },
      { name: 'tail/head/kernel', shape: [4] },
    ]);
    expect(splitLayout(similar, ['head']).private!.count).toBe(2);
    expect(splitLayout(similar, ['tail/head']).private!.count).toBe(4);
  });

  it('UP17: freezes a tensor by its full name, which a private layer keeps, and makes none private by it', () => {
    const split = splitLayout(layout, [], ['logits/bias']);
    expect(split.shared).toEqual(layoutOf(layout.tensors.slice(0, 3)));
    expect(splitLayout(layout, ['logits'], ['logits/bias'])).toEqual(splitLayout(layout, ['logits']));
    expect(() => splitLayout(layout, ['logits/bias'])).toThrow(
      'The model has no weights of a layer "logits/bias"; it has those of "embedding", "logits", "gru". [plan.private-layers]',
    );
    expect(() => splitLayout(layout, ['logits'], ['logits'])).toThrow(
      'The weights logits/kernel are of a private layer, which each device trains, and of a frozen one, which none does. [plan.private-layers]',
    );
  });

  it('refuses names that no tensor has, and says which there are', () => {
    expect(() => splitLayout(layout, ['logits', 'dense'])).toThrow(
      'The model has no weights of a layer "dense"; it has those of "embedding", "logits", "gru". [plan.private-layers]',
    );
    expect(() => splitLayout(layout, [], ['logits/bia'])).toThrow(
      'The model has no weights of a layer "logits/bia"; it has those of "embedding", "logits", "gru". [plan.frozen-layers]',
    );
    expect(() => splitLayout(layout, [''])).toThrow(
      'The model has no weights of a layer ""; it has those of "embedding", "logits", "gru". [plan.private-layers]',
    );
  });

  it('refuses to keep everything private', () => {
    expect(() => splitLayout(layout, ['embedding', 'gru', 'logits'])).toThrow(
      'All layers of the model are private; nothing is shared. [plan.private-layers]',
    );
    const all = layout.tensors.map(({ name }) => name);
    expect(() => splitLayout(layout, [], all)).toThrow(
      'All layers of the model are frozen or private; nothing is shared. [plan.frozen-layers]',
    );
  });

  it('takes vectors apart and puts them together again, whatever the tensors', () => {
    const tensors = fc.array(fc.record({ isPrivate: fc.boolean(), length: fc.integer({ min: 1, max: 5 }) }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(tensors, shapes => {
        fc.pre(shapes.some(({ isPrivate }) => !isPrivate) && shapes.some(({ isPrivate }) => isPrivate));
        const all = layoutOf(
          shapes.map(({ isPrivate, length }, i) => ({
            name: `${isPrivate ? 'own' : 'all'}/w${i}`,
            shape: [length],
          })),
        );
        const split = splitLayout(all, ['own']);
        const vector = Float32Array.from({ length: all.count }, (_, i) => i + 1);
        const shared = takePart(vector, split, 'shared');
        const own = takePart(vector, split, 'private');
        expect(shared).toHaveLength(split.shared.count);
        expect(own).toHaveLength(split.private!.count);
        expect([...shared, ...own].sort((a, b) => a - b)).toEqual([...vector]);
        const emptied = withPart(vector, split, 'private', new Float32Array(own.length));
        expect(takePart(emptied, split, 'shared')).toEqual(shared);
        expect(takePart(emptied, split, 'private')).toEqual(new Float32Array(own.length));
        expect(withPart(emptied, split, 'private', own)).toEqual(vector);
        expect(withPart(vector, split, 'shared', shared)).toEqual(vector);
        expect([...vector]).toEqual([...vector.keys()].map(i => i + 1));
      }),
    );
  });
});
