import { serveTraining, tf, webgl } from '/sdk/training.js';
import { line } from '../line.js';

// The loss is the example's own, which the fused kernels don't know.
serveTraining(line(tf), { backends: [webgl] });
