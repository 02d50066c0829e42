import { spawnSync } from 'node:child_process';
import { BATCH, LENGTH, type Shape } from './next-word.ts';

/** The same model, batch and step in PyTorch on one thread; prints the median milliseconds of a step for each shape. */
const program = `
import json, sys, time, torch
from torch import nn
torch.set_num_threads(1)
class Model(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.every = s['everyPosition']
        self.table = nn.Embedding(s['vocabulary'], s['embedding'])
        self.gru = nn.GRU(s['embedding'], s['units'], batch_first=True)
        self.hidden = nn.Linear(s['units'], s['hidden']) if s['hidden'] else nn.Identity()
        self.out = nn.Linear(s['hidden'] or s['units'], s['vocabulary'])
    def forward(self, x):
        y, _ = self.gru(self.table(x))
        return self.out(self.hidden(y if self.every else y[:, -1]))
shapes, batch, length, turns = json.loads(sys.argv[1])
result = []
for s in shapes:
    torch.manual_seed(1)
    model = Model(s)
    descent = torch.optim.SGD(model.parameters(), lr=0.1)
    x = torch.randint(s['vocabulary'], (batch, length))
    y = torch.randint(s['vocabulary'], (batch, length) if s['everyPosition'] else (batch,))
    times = []
    for i in range(turns + 5):
        start = time.perf_counter()
        descent.zero_grad()
        loss = nn.functional.cross_entropy(model(x).reshape(-1, s['vocabulary']), y.reshape(-1))
        loss.backward()
        descent.step()
        loss.item()
        times.append(1000 * (time.perf_counter() - start))
    result.append(sorted(times[5:])[turns // 2])
print(json.dumps(result))
`;

/** Milliseconds of a step of each shape in PyTorch; a sentence where this machine has no PyTorch. */
export function torchMs(shapes: readonly Shape[], turns: number): number[] | string {
  const { status, stdout, stderr, error } = spawnSync(
    'python3',
    ['-c', program, JSON.stringify([shapes, BATCH, LENGTH, turns])],
    { encoding: 'utf8', env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' } },
  );
  if (error || /No module named 'torch'/.test(stderr))
    return 'PyTorch is not installed (Debian: apt-get install python3-torch libopenblas0-pthread); left out.';
  if (status !== 0) throw new Error(`PyTorch failed: ${stderr.trim().split('\n').at(-1)}`);
  return JSON.parse(stdout) as number[];
}
