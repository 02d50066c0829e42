/** Words that the model knows. Ids: 0 pads, 1 begins a note, 2 is any other word. */
const list =
  'the to and a i you it in of is that for my me on we be this have with not but so are do at up what will just can no was like out all if get go now ' +
  'one when know he they there here about time good see how then need want your from some or think buy call milk bread eggs home work today tomorrow ' +
  'morning evening meet meeting with write send pay rent book train car dinner lunch coffee tea remember pick kids mum dad doctor dentist monday ' +
  'tuesday wednesday thursday friday saturday sunday at noon week next last first list water plants garden clean kitchen laundry run walk dog cat';

export const words = Array.from(new Set(list.split(' ')));
export const firstWord = 3;
export const classes = firstWord + words.length;

const ids = new Map(words.map((word, i) => [word, firstWord + i]));

/** Ids of a note's words, after the id that begins it. */
export function idsOf(note) {
  const found = note.toLowerCase().match(/[\p{L}']+/gu) ?? [];
  return [1, ...found.map(word => ids.get(word) ?? 2)];
}
