import { restore } from '@murmuration/rounds/rounds/restore';
import { expect, it } from 'vitest';

it('says of a round that another version began that it was one, not what its plan lacks', () => {
  const terms = { plan: { task: 'line', plan: 1 } };
  expect(() => restore({} as never, { terms } as never, {} as never)).toThrow(
    expect.objectContaining({
      code: 'request.invalid',
      detail: 'Another version of the coordinator began it, whose plans this one does not read.',
    }),
  );
});
