import { defineQuery, defineTask } from '@murmuration/coordinator';
import * as tf from '@murmuration/coordinator/tf';

const model = () => tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [12] })] });
const plan = { learningRate: 0.3, epochs: 3 };
const update = { clip: 1, bits: 12, weighting: 'uniform' };
const cohort = { goal: 12, minimum: 12, overSelection: 1 };
const masking = { threat: 'honest-but-curious' };
const few = { fleet: 'few', model, plan, update, cohort, masking, schedule: { every: '1 s' }, uploadSlot: 0 };

// The wards add the noise: what all versions tell of a ward stays within ε = 8, also for the coordinator.
const privacy = { epsilon: 8, delta: 1e-3, rounds: 12, noise: 'skellam' };
export const clinics = defineTask({ ...few, name: 'clinics', privacy });

const bins = { edges: [...Array(17).keys()] };
const queries = [defineQuery({ name: 'right', kind: 'histogram', bins, values: 200 })];
/** Asks how many held-out patients of each clinic are judged right; it is paused, so it never trains. */
export const check = defineTask({ ...few, name: 'check', queries });
