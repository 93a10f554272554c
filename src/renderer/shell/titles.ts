/** What a place is called, in the window's title and for a screen reader that follows. */
import { LAB_CARDS } from '../../shared/labs.ts';

export const LAB_TABS = ['read', 'data', 'train', 'inspect'] as const;
export type LabTab = (typeof LAB_TABS)[number];

export const LAB_TAB_LABELS: Readonly<Record<LabTab, string>> = {
  read: 'Read',
  data: 'Data',
  train: 'Train',
  inspect: 'Inspect',
};

/** The tab of a lab that an address names; Read where it names none. */
export function labTab(name: string | undefined): LabTab {
  return LAB_TABS.find((tab) => tab === name) ?? 'read';
}

export function titleOf(path: readonly string[]): string {
  const [place, what, tab] = path;
  switch (place) {
    case undefined:
      return 'Labs';
    case 'labs': {
      const card = LAB_CARDS.find((each) => each.id === what);
      return card ? `${card.title}: ${LAB_TAB_LABELS[labTab(tab)]}` : 'Not found';
    }
    case 'data':
      return what === undefined ? 'Data sets' : `Data set ${what}`;
    case 'runs':
      return what === undefined ? 'Runs' : `Run ${what}`;
    case 'settings':
      return 'Settings';
    default:
      return 'Not found';
  }
}
