/** A change to the sources that plants a bug, and the tests that have to find it. */
export interface Bug {
  readonly name: string;
  /** Stands in the sources once, wherever that is. */
  readonly find: string;
  readonly replace: string;
  /** Files from the root of the project, of which one test fails at least. */
  readonly tests: readonly string[];
}

/** Bugs that others planted and no test found, and their kin; each in the fewest words. */
export const bugs: readonly Bug[] = [
  {
    name: 'sweeps away an object that is being put',
    find: 'const spared = new Set(this.#coming);',
    replace: 'const spared = new Set<string>();',
    tests: ['test/unit/coordinator/storage/s3.test.ts'],
  },
  {
    name: 'sweeps away an object whose row came while others were deleted',
    find: '!places.has(key) && !spared.has(key)',
    replace: '!places.has(key) && !this.#coming.has(key)',
    tests: ['test/unit/coordinator/storage/s3.test.ts'],
  },
  {
    name: 'sweeps away an object that another cell is putting',
    find: 'this.#shared ? Number(owner) === token : Number(owner) <= token',
    replace: 'Number(owner) <= token',
    tests: ['test/unit/coordinator/storage/s3.test.ts'],
  },
  {
    name: 'publishes the sum of groups that have fewer contributors than a round needs',
    find: `  const contributors = kept.cohort.members;
  if (contributors.length < terms.minimum)`,
    replace: `  const contributors = kept.cohort.members;
  if (contributors.length < 1)`,
    tests: ['test/unit/coordinator/rounds/round/transition.test.ts'],
  },
  {
    name: 'unmasks groups that agreed, with fewer contributors than a round needs',
    find: 'if (cohort.members.length < terms.minimum)\n      return failed(\n        closed,\n        `Groups with',
    replace: 'if (cohort.members.length < 1)\n      return failed(\n        closed,\n        `Groups with',
    tests: ['test/unit/coordinator/rounds/round/transition.test.ts'],
  },
  {
    name: 'serves a mixture that has what came among its first three less often than one of its parts',
    find: 'ofAlone.every(part => !isRarer(mixture.among3, part.among3)) &&',
    replace: '',
    tests: ['test/unit/client-sdk/hybrid/comparison.test.ts'],
  },
  {
    name: 'takes a handful of hits fewer for no chance',
    find: 'lost - gained > errors * Math.sqrt(lost + gained)',
    replace: 'lost > gained',
    tests: ['test/unit/client-sdk/hybrid/comparison.test.ts'],
  },
  {
    name: 'serves a mixture that has what came among its first three less often than the global model',
    find: 'explains(mixture, ofAlone[chosen]!) && mixture.top3 >= ofAlone[0]!.top3',
    replace: 'explains(mixture, ofAlone[chosen]!)',
    tests: ['test/unit/client-sdk/hybrid/comparison.test.ts'],
  },
  {
    name: 'serves weights by bins that have what came less often than those alike for all',
    find: 'explains(ofBinned, ofAlike) && !isRarer(ofBinned.among3, ofAlike.among3)',
    replace: 'explains(ofBinned, ofAlike)',
    tests: ['test/unit/client-sdk/hybrid/comparison.test.ts'],
  },
  {
    name: 'keeps rows of a run that was killed which the inputs no longer have',
    find: 'if (attempt > 1) await generations',
    replace: 'if (attempt < 1) await generations',
    tests: ['test/unit/serving/server/precompute/sqlite.long.test.ts'],
  },
  {
    name: 'keeps rows of the last of several runs that were killed',
    find: "where('attempt', '<', attempt).execute()",
    replace: "where('attempt', '<', attempt - 1).execute()",
    tests: ['test/unit/serving/server/precompute/sqlite.long.test.ts'],
  },
  {
    name: 'exits with 0 where the doctor finds a fault',
    find: 'process.exitCode = faults > 0 ? 1 : 0;',
    replace: 'process.exitCode = 0;',
    tests: ['test/unit/coordinator/cli/doctor/doctor.test.ts'],
  },
  {
    name: 'exits with 1 where the doctor only warns',
    find: 'process.exitCode = faults > 0 ? 1 : 0;',
    replace: 'process.exitCode = faults + warnings > 0 ? 1 : 0;',
    tests: ['test/unit/coordinator/cli/doctor/doctor.test.ts'],
  },
  {
    name: 'counts a device twice that connects again before its old connection ended',
    find: `#enter(device: DeviceId, platform: string, sdk: string): void {
    this.#leave(device);`,
    replace: '#enter(device: DeviceId, platform: string, sdk: string): void {',
    tests: ['test/unit/coordinator/server/telemetry/presence.test.ts'],
  },
  {
    name: 'loses the counts of an hour where the store fails once',
    find: 'for (const { series, task, name, count, hour } of counts) this.#count(series, task, name, count, hour);',
    replace: '',
    tests: ['test/unit/coordinator/server/telemetry/hourly-counter.test.ts'],
  },
  {
    name: 'counts to the hour in which a store came back',
    find: 'this.#count(series, task, name, count, hour);',
    replace: 'this.#count(series, task, name, count);',
    tests: ['test/unit/coordinator/server/telemetry/hourly-counter.test.ts'],
  },
  {
    name: 'doubles the pause between tries without end',
    find: 'length = Math.min(2 * length, maxRetryMs)',
    replace: 'length = 2 * length',
    tests: ['test/unit/client-sdk/session/waits.test.ts'],
  },
  {
    name: 'checks graphs against a curious coordinator with the losses that its plan says',
    find: 'Math.max(dropping, floors.dropping.checked)',
    replace: 'dropping',
    tests: ['test/attacks/device/hollow-floors.test.ts'],
  },
  {
    name: 'forgets that shares of arms were wrong',
    find: 'p: Math.min(p, Math.exp(-logEvidence))',
    replace: 'p: Math.min(1, Math.exp(-logEvidence))',
    tests: ['test/unit/monitoring/experiments.test.ts'],
  },
  {
    name: 'expects twice as much of the Kullback–Leibler divergence as chance makes',
    find: 'return reached / 2;',
    replace: 'return reached;',
    tests: ['test/unit/monitoring/windows.test.ts'],
  },
  {
    name: 'expects more of the Jensen–Shannon distance than chance makes',
    find: 'Math.sqrt(reached / 8)',
    replace: 'Math.sqrt(reached / 2)',
    tests: ['test/unit/monitoring/windows.test.ts'],
  },
  {
    name: 'has another threshold of the total variation than of other distances',
    find: "title: 'Total variation distance', takes: 'either', threshold: 0.1",
    replace: "title: 'Total variation distance', takes: 'either', threshold: 0.05",
    tests: ['test/unit/monitoring/two-sample.test.ts'],
  },
  {
    name: 'finds no difference in a distance that reaches its threshold',
    find: 'distance >= limit',
    replace: 'distance > limit',
    tests: ['test/unit/monitoring/two-sample.test.ts'],
  },
  {
    name: 'reads hours of accuracy from before the horizon',
    find: '(await store.all()).filter(({ from }) => from >= first())',
    replace: 'await store.all()',
    tests: ['test/unit/serving/server/monitor/kept-accuracy.test.ts'],
  },
  {
    name: 'calls a context well known one time too late',
    find: 'both.times < 4 ? 2 : 3',
    replace: 'both.times <= 4 ? 2 : 3',
    tests: ['test/unit/client-sdk/hybrid/ngram-counts.test.ts'],
  },
  {
    name: 'takes a lease for its own whatever its number',
    find: 'if (found.get(task) !== token) throw this.#lost();',
    replace: 'if (!found.has(task)) throw this.#lost();',
    tests: ['test/unit/coordinator/storage/leases/held-leases.test.ts'],
  },
  {
    name: 'spares no file that was put a moment ago',
    find: 'this.#blobs.sweep(named, this.#clock.now() - graceMs)',
    replace: 'this.#blobs.sweep(named, this.#clock.now())',
    tests: ['test/unit/coordinator/rounds/registry/retention.test.ts'],
  },
  {
    name: 'lets adjusted p-values of Benjamini and Hochberg fall as p-values rise',
    find: 'least = Math.min(least, (p * tests) / (tests - place));',
    replace: 'least = (p * tests) / (tests - place);',
    tests: ['test/unit/monitoring/two-sample.test.ts'],
  },
  {
    name: 'divides p-values of Benjamini and Hochberg by one rank too many',
    find: '(p * tests) / (tests - place)',
    replace: '(p * tests) / (tests - place + 1)',
    tests: ['test/unit/monitoring/two-sample.test.ts'],
  },
];
