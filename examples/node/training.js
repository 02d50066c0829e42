import * as tf from '@murmuration/engine/tf';
import { line } from '../line.js';

/** The worker thread of the SDK imports this. */
export default line(tf);
