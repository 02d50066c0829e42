import { serveTraining } from '@murmuration/client-sdk/worker/serve-training';
import { webgl } from '@murmuration/engine/webgl';
import line from '../../unit/client-sdk/training/line.ts';

serveTraining(line, { backends: [webgl] });
