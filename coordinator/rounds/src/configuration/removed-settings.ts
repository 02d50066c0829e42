/** What takes the place of each setting that was removed, by its path without indices. */
export const removedSettings: Readonly<Record<string, string>> = {
  // Of the coordinator.

  // Of serving.

  // Of tasks.

};

/** Returns what to do about a setting that was removed; undefined for a field that never was one. */
export function removedSetting(path: readonly PropertyKey[]): string | undefined {
  const name = path.filter(key => typeof key === 'string').join('.');
  const instead = Object.hasOwn(removedSettings, name) ? removedSettings[name] : undefined;
  return instead && `this setting was removed: take it out. ${instead}`;
}
