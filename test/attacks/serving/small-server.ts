// An inference server of models that give back what they get, and of one that answers a number with 2,000. It prints where it listens.
import { denseModel } from '../../unit/serving/server/models.ts';
import { openWorld } from '../../unit/serving/server/world.ts';

const { url, grpc } = await openWorld(
  async folder => {
    const echoes = { numbers: 'FP32', whole: 'INT64', small: 'INT32', texts: 'BYTES' };
    for (const [name, datatype] of Object.entries(echoes))
      await folder.putEcho(name, 1, [{ name: 'x', datatype, shape: [-1] }]);
    await folder.putEcho('rows', 1, [{ name: 'x', datatype: 'FP32', shape: [-1, -1] }]);
    await folder.putEcho('table', 1, [
      { name: 'a', datatype: 'FP32', shape: [-1] },
      { name: 'b', datatype: 'BYTES', shape: [-1] },
    ]);
    await folder.put('wide', 1, await denseModel(1, 2_000));
  },
  { grpc: { port: 0 }, preload: 'all' },
);
process.stdout.write(`It listens on ${url} and ${grpc}.\n`);
