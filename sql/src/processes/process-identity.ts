import { readFile, readlink } from 'node:fs/promises';

/**
 * Identity of a process that no other has, nor a later one with the same number; empty if the system does not
 * reveal it.
 */
export async function processIdentity(pid: number): Promise<string> {
  try {
    const [boot, space, status] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readlink('/proc/self/ns/pid'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    // The name of the program, in brackets, may have blanks; the start time is the 22nd of all fields
    // (proc(5)).
    const began = status.slice(status.lastIndexOf(')') + 2).split(' ')[19];
    return `${boot.trim()} ${space} ${pid} ${began}`;
  } catch {
    return '';
  }
}

/** True if an identity was that of a process of this machine which has ended; false if unknown. */
export async function isOver(identity: string): Promise<boolean> {
  const own = await processIdentity(process.pid);
  const [boot, space, pid] = identity.split(' ');
  const [ownBoot, ownSpace] = own.split(' ');
  if (own === '' || boot !== ownBoot || space !== ownSpace || !/^\d+$/.test(pid ?? '')) return false;
  return (await processIdentity(Number(pid))) !== identity;
}
