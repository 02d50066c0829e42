import * as tf from '@murmuration/client-sdk/tf';
import { webgl } from '@murmuration/client-sdk/webgl';
import { serveTraining } from '@murmuration/client-sdk/worker';
import { line } from '../line.js';

// The loss is the example's own, which the fused kernels don't know.
serveTraining(line(tf), { backends: [webgl] });
