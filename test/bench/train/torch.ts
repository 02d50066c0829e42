import { spawnSync } from 'node:child_process';
import { DIGITS_BATCH } from './digits.ts';
import { BATCH, LENGTH, type Shape } from './next-word.ts';

/** The same models, batches and steps in PyTorch on one thread; prints the median milliseconds of a step of each. */
const program = `
import json, sys, time, torch
from torch import nn
torch.set_num_threads(1)
class NextWord(nn.Module):
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
def next_word(s):
    x = torch.randint(s['vocabulary'], (batch, length))
    y = torch.randint(s['vocabulary'], (batch, length) if s['everyPosition'] else (batch,))
    return NextWord(s), x, y
def digits():
    model = nn.Sequential(
        nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(7 * 7 * 64, 512), nn.ReLU(), nn.Linear(512, 10))
    return model, torch.rand(digits_batch, 1, 28, 28), torch.randint(10, (digits_batch,))
def step_ms(model, x, y):
    descent = torch.optim.SGD(model.parameters(), lr=0.1)
    times = []
    for i in range(turns + 5):
        start = time.perf_counter()
        descent.zero_grad()
        logits = model(x)
        loss = nn.functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), y.reshape(-1))
        loss.backward()
        descent.step()
        loss.item()
        times.append(1000 * (time.perf_counter() - start))
    return sorted(times[5:])[turns // 2]
shapes, batch, length, digits_batch, turns = json.loads(sys.argv[1])
torch.manual_seed(1)
print(json.dumps([step_ms(*next_word(s)) for s in shapes] + [step_ms(*digits())]))
`;

/** The one on the path, then Debian's, to which its package belongs. */
const pythons = ['python3', '/usr/bin/python3'];

/** Milliseconds of a step of each shape, then of the digits' model, in PyTorch; a sentence where this machine has no PyTorch. */
export function torchMs(shapes: readonly Shape[], turns: number): number[] | string {
  const input = JSON.stringify([shapes, BATCH, LENGTH, DIGITS_BATCH, turns]);
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
  for (const python of pythons) {
    const { status, stdout, stderr, error } = spawnSync(python, ['-c', program, input], {
      encoding: 'utf8',
      env,
    });
    if (error || /No module named 'torch'/.test(stderr)) continue;
    if (status !== 0) throw new Error(`PyTorch failed: ${stderr.trim().split('\n').at(-1)}`);
    return JSON.parse(stdout) as number[];
  }
  return 'PyTorch is not installed (Debian: apt-get install python3-torch libopenblas0-pthread); left out.';
}
