import { serveTraining } from '@murmuration/client-sdk/worker';
import * as tf from '@murmuration/engine/tf';
import { line } from '../line.js';

serveTraining(line(tf));
