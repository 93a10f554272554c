import { basename } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import type { DataSetDefinition } from '../definition.ts';
import type { Manifest } from '../manifest.ts';

/** The path itself stays out of the record: it says more about the person than about the data. */
export function origin(from: string): Pick<Manifest, 'source' | 'fetchedAt'> {
  return { source: `Imported from ${basename(from)}`, fetchedAt: new Date().toISOString() };
}

export function asYourOwn(path: string): string {
  return `To keep these files as a data set of your own: \`gradient-lab data import "${path}" --as NAME\`.`;
}

export function missingPart(name: string, from: string): LabError {
  return new LabError('data/import-missing', `Missing "${name}" (or "${name}.gz") in "${from}".`, {
    hint: 'Put the images and labels of a split into one folder, named as MNIST names them.',
  });
}

/** Nothing at `from` is a form in which the data set is published. */
export function missingLayout({ layouts = [] }: DataSetDefinition, from: string): LabError {
  const files = layouts.map((layout) => layout.files.map((name) => `"${name}"`).join(' and '));
  return new LabError('data/import-missing', `Expected ${files.join(' or ')} in "${from}", got neither.`, {
    hint: 'Give the file as it is published, or choose another name to import texts of your own.',
  });
}
