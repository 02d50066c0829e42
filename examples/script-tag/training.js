import { serveTraining, tf } from '/sdk/training.js';
import { line } from '../line.js';

serveTraining(line(tf));
