import { type AlertRule, alertRules } from '@murmuration/api/alert';
import { betterOf } from '@murmuration/api/direction';
import { fullWithin, leastFree } from './disk-filling.ts';
import { inWords } from './in-words.ts';
import { enrolmentsWithin } from './many-enrolments.ts';
import type { AlertSettings } from './settings.ts';

/**
 * Returns the condition of each rule in words; null if it is switched off. `hasDisk`: true if anything is
 * stored on a disk.
 */
export function conditionsOf(
  settings: AlertSettings,
  hasDisk: boolean,
): readonly { readonly rule: AlertRule; readonly condition: string | null }[] {
  const of = { ...conditions(settings), ...(hasDisk ? {} : { 'disk-filling': null }) };
  return alertRules.map(rule => ({ rule, condition: of[rule] }));
}

function conditions(settings: AlertSettings): Record<AlertRule, string | null> {
  const { roundsFailing, figuresFell, noEligibleDevices, manyEnrolments } = settings;
  const figures = figuresFell.map(
    ({ figure, margin }) =>
      `${figure} is more than ${margin} ${betterOf(figure) === 'higher' ? 'below' : 'above'}`,
  );
  return {
    'rounds-failing':
      roundsFailing === null
        ? null
        : roundsFailing === 1
          ? 'A round of a task failed.'
          : `${roundsFailing} rounds of a task in a row failed, or a quarter of the last 20.`,
    'rounds-delayed': 'One device kept rounds of a task waiting, several in a row.',
    'figure-fell':
      figures.length === 0 ? null : `A version's ${figures.join(', or its ')} that of the version before it.`,
    'no-eligible-devices':
      noEligibleDevices === null
        ? null
        : `No device that could take part in a task was there for ${inWords(noEligibleDevices)}, or for two intervals between its rounds.`,
    'storage-silent': 'For 10 seconds the storage took nothing that was to be kept.',
    'version-unreadable': 'A version that rounds train from, or that devices serve, is missing or damaged.',
    'protection-weakened':
      'Operators gave a task settings that protect its devices less than its definition.',
    'many-enrolments':
      manyEnrolments === null
        ? null
        : `More than ${manyEnrolments} devices enrolled within ${inWords(enrolmentsWithin)}.`,
    'outdated-devices': 'Enrolled devices came that speak another version of the protocol.',
    'data-drifted': 'Inputs of a served version have drifted from its reference.',
    'clock-stepped': 'The clock of the machine was set since the coordinator started.',
    'disk-filling': `Less than ${100 * leastFree} % of the disk of the storage folder is free, or it is full within ${inWords(fullWithin)} at its pace.`,
  };
}
