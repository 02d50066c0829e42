// Which Python checks the ONNX files of the tests.
import { spawnSync } from 'node:child_process';
import { say } from './prepare.mjs';

/** The Python that can import onnx: the one that ONNX_PYTHON names, else that of PATH or Debian's. */
export function findOnnxPython() {
  const pythons = process.env.ONNX_PYTHON ? [process.env.ONNX_PYTHON] : ['python3', '/usr/bin/python3'];
  return pythons.find(python => spawnSync(python, ['-c', 'import onnx']).status === 0);
}

/** Finds one; where there is none, installs Debian's as root. Undefined where that can't be: the tests that need it say so. */
export function provideOnnxPython() {
  const found = findOnnxPython();
  if (found || process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return found;
  say('Installing the ONNX checker (apt-get install python3-onnx) …');
  for (const step of [['update'], ['install', '--yes', '--no-install-recommends', 'python3-onnx']]) {
    const { status } = spawnSync('apt-get', step, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 2, 2],
    });
    if (status !== 0) return undefined;
  }
  return findOnnxPython();
}
