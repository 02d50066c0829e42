import { serveTraining } from '@murmuration/client-sdk/worker/serve-training';
import line from '../../unit/client-sdk/training/line.ts';

serveTraining(line, { backends: ['webgl'] });
