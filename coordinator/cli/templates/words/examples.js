export const name = 'words';

const who = ['the cat', 'my dog', 'a bird'];
const what = ['sleeps', 'eats', 'waits'];
const any = list => list[Math.floor(Math.random() * list.length)];

/** Makes up sentences, in place of what people type in your app. */
export const examples = () =>
  Array.from({ length: 40 }, () => `${any(who)} ${any(what)} in the ${any(['garden', 'house'])}`);
