import { contextBridge, ipcRenderer } from 'electron';

/** What the page knows of the machine: this, and no more. */
const power = {
  isCharging: (): Promise<boolean> => ipcRenderer.invoke('charging'),
  /** Calls `changed` with the news from now on. */
  watch(changed: (isCharging: boolean) => void): void {
    ipcRenderer.on('charging', (_event, isCharging: boolean) => changed(isCharging));
  },
};

export type Power = typeof power;

contextBridge.exposeInMainWorld('power', power);
