/** The labs' own source files, as text: each lab is one file that is meant to be read. */
import { LAB_CARDS, type LabId } from '../../shared/labs.ts';

const FILES = import.meta.glob<string>('../../engine/labs/[0-9]*.ts', { query: '?raw', import: 'default' });

export interface LabSource {
  /** "src/engine/labs/01-mlp.ts". */
  readonly path: string;
  readonly lines: readonly string[];
}

/** The file of a lab, found by its number; null where there is none. */
export async function labSource(id: LabId): Promise<LabSource | null> {
  const number = String(LAB_CARDS.find((card) => card.id === id)?.number).padStart(2, '0');
  const found = Object.entries(FILES).find(([path]) => path.includes(`/${number}-`));
  if (found === undefined) return null;
  const [path, load] = found;
  return { path: path.replace('../../', 'src/'), lines: (await load()).trimEnd().split('\n') };
}
