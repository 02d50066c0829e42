import * as tf from '@murmuration/client-sdk/tf';
import { line } from '../line.js';

/** Objective, which the worker thread of the SDK imports. */
export default line(tf);
