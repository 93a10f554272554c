import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { makeContext } from '../../scripts/setup/context.mjs';
import { SetupError } from '../../scripts/setup/fail.mjs';

const made: string[] = [];

/** A fresh folder that is removed when the test file ends. */
export function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gradient-lab-scripts-'));
  made.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of made) fs.rmSync(folder, { recursive: true, force: true });
});

/** The file URL of a set-up module, for programs that a test hands to a child process. */
export function moduleUrl(name: string): string {
  return new URL(`../../scripts/setup/${name}.mjs`, import.meta.url).href;
}

/** Runs a module's text in a child and waits for its end. */
export function runChild(
  program: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { env });
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** Writes an executable shell script. */
export function writeProgram(folder: string, name: string, body: string): void {
  fs.writeFileSync(path.join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}

/** A zip file with these members, made with Python as real wheels are. Sizes of several megabytes come from `repeat`. */
export function writeZip(
  file: string,
  members: readonly { name: string; text: string; repeat?: number }[],
): void {
  const program = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as archive:
    for member in json.loads(sys.argv[2]):
        archive.writestr(member["name"], member["text"] * member.get("repeat", 1))
`;
  const { status, stderr } = spawnSync('python3', ['-c', program, file, JSON.stringify(members)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
}

/** A context that prints nothing and works in folders of its own. */
export function quietContext(env: NodeJS.ProcessEnv = {}, root = temporaryFolder()) {
  const progress = {
    start: () => ({ update: () => {}, done: () => {} }),
    note: () => {},
    clear: () => {},
  };
  const cache = path.join(root, 'cache');
  return makeContext({
    root,
    env: { ...process.env, GRADIENT_LAB_CACHE: cache, ...env },
    device: 'cpu',
    progress,
  });
}

/** What a failing step says; fails itself when the step does not. */
export async function failureOf(work: () => unknown): Promise<SetupError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof SetupError) return error;
    throw error;
  }
  throw new Error('Expected a SetupError, and nothing was thrown.');
}
