import { words } from '../e2e/words.ts';

export default words;
