import { contextBridge, ipcRenderer } from 'electron';

/** Functions by which the page reaches the machine; there are no others. */
const power = {
  isCharging: (): Promise<boolean> => ipcRenderer.invoke('charging'),
  /** Calls `changed` after each change. */
  watch(changed: (isCharging: boolean) => void): void {
    ipcRenderer.on('charging', (_event, isCharging: boolean) => changed(isCharging));
  },
};

export type Power = typeof power;

contextBridge.exposeInMainWorld('power', power);
