import { serveTraining } from '@murmuration/client-sdk/worker';
import * as tf from '@murmuration/engine/tf';
import { webgl } from '@murmuration/engine/webgl';
import { line } from '../line.js';

// The loss is the example's own, which the fused kernels don't know.
serveTraining(line(tf), { backends: [webgl] });
