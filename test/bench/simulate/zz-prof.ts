import { bareRounds, simulatedRounds } from './rounds.ts';

const [kind, workers, rounds, masked] = [
  process.argv[2],
  Number(process.argv[3]),
  Number(process.argv[4]),
  process.argv[5] === 'masked',
];
const cohort = { clients: 50, cohort: 50, examples: 600 };
const plain = await simulatedRounds(cohort, workers, masked);
if (kind === 'bare') {
  const bare = await bareRounds(cohort, workers, await plain.newest());
  await plain.close();
  for (let i = 0; i <= rounds; i++) console.log(i, await bare.next());
  await bare.close();
} else {
  for (let i = 0; i <= rounds; i++) console.log(i, await plain.next());
  await plain.close();
}
