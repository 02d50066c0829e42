import { parentPort } from 'node:worker_threads';
import { serveConversions } from '../conversion/serve.ts';
import { readGrpc } from '../grpc/conversions.ts';
import { readMlflow } from '../mlflow/conversions.ts';
import { readOip, writeOip } from '../oip/conversions.ts';
import { readTfServing, writeTfServing } from '../tf-serving/conversions.ts';

const conversions = [readGrpc, readMlflow, readOip, writeOip, readTfServing, writeTfServing];

if (parentPort) serveConversions(parentPort, conversions);
