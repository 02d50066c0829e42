const list = 'the a my cat dog bird sleeps eats waits in garden house';
const words = list.split(' ');

/** Ids: 0 fills short rows, 1 is any other word. */
export const tokens = words.length + 2;
export const encode = text => text.split(' ').map(word => words.indexOf(word) + 2 || 1);
