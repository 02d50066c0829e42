export const name = 'rent';

/** Makes up flats, [rooms, m², rent, dear or not], in place of your app's. */
export const examples = () =>
  Array.from({ length: 40 }, () => {
    const [rooms, size] = [1 + Math.random() * 4, 20 + Math.random() * 80];
    const rent = 100 + Math.random() * 1000;
    return [rooms, size, rent, rent > 50 * rooms + 9 * size];
  });
