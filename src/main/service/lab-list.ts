/**
 * The labs as an engine describes them. They change with its program alone: so what it said is kept beside the history, and a
 * window that opens has its labs before any engine is up, which takes the better part of a second.
 */
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LabInfo } from '../../shared/labs.ts';

interface Kept {
  /** Of the program that said it. */
  readonly program: string;
  readonly labs: readonly LabInfo[];
}

export interface LabListOptions {
  readonly home: string;
  /** The engine's program. */
  readonly program: string;
  /** Asks an engine. */
  readonly ask: () => Promise<readonly LabInfo[]>;
}

export class LabList {
  private readonly options: LabListOptions;

  constructor(options: LabListOptions) {
    this.options = options;
  }

  /** Throws what keeps an engine from starting, where nothing is kept. */
  async get(): Promise<readonly LabInfo[]> {
    const { ask } = this.options;
    const program = await this.program();
    if (program === undefined) return ask();
    const kept = await this.read();
    if (kept?.program === program) return kept.labs;
    const labs = await ask();
    await this.write({ program, labs });
    return labs;
  }

  /** Undefined where there is no such file. */
  private async program(): Promise<string | undefined> {
    try {
      const { size, mtimeMs } = await stat(this.options.program);
      return `${size} ${mtimeMs}`;
    } catch {
      return undefined;
    }
  }

  private async read(): Promise<Kept | undefined> {
    try {
      return JSON.parse(await readFile(this.file, 'utf8')) as Kept;
    } catch {
      return undefined; // never written, or damaged: an engine says it again
    }
  }

  /** Where it cannot be written, the next start asks again. */
  private async write(kept: Kept): Promise<void> {
    const partial = `${this.file}.partial-${process.pid}`;
    try {
      await mkdir(dirname(this.file), { recursive: true });
      await writeFile(partial, JSON.stringify(kept));
      await rename(partial, this.file);
    } catch {
      await rm(partial, { force: true }).catch(() => undefined);
    }
  }

  private get file(): string {
    return join(this.options.home, 'labs.json');
  }
}
