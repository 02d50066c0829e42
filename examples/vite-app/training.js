import { serveTraining } from '@murmuration/client-sdk/browser';
import * as tf from '@murmuration/engine/tfjs/tf';
import { line } from '../line.js';

serveTraining(line(tf));
