import { sequence } from '@murmuration/client-sdk/engine';
import { encode, tokens } from './vocabulary.js';

/** Predicts each next word of a sentence. */
export default sequence({ tokens, encode, length: 8 });
