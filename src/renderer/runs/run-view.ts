/** Which runs the history shows, and in which order: what of it stands in the address, and what the service is asked. */
import { LAB_CARDS, type LabId } from '../../shared/labs.ts';
import { RUN_SORTS, RUN_STATES, type RunQuery, type RunSort, type RunState } from '../../shared/runs.ts';

export interface RunView {
  readonly text: string;
  readonly labs: readonly LabId[];
  readonly states: readonly RunState[];
  readonly pinned: boolean;
  readonly sort: RunSort;
  readonly descending: boolean;
}

export const NEWEST_FIRST: RunView = {
  text: '',
  labs: [],
  states: [],
  pinned: false,
  sort: 'number',
  descending: true,
};

export function viewFromQuery(query: Readonly<Record<string, string>>): RunView {
  const sort = RUN_SORTS.find((each) => each === query['sort']) ?? NEWEST_FIRST.sort;
  return {
    text: query['q'] ?? '',
    labs: listed(query['lab']).flatMap((number) => LAB_CARDS[Number(number) - 1]?.id ?? []),
    states: RUN_STATES.filter((state) => listed(query['state']).includes(state)),
    pinned: query['pinned'] === '1',
    sort,
    descending: query['order'] === undefined ? isDescendingAtFirst(sort) : query['order'] === 'down',
  };
}

/** Changes of the address; what is as usual is left out. */
export function queryFromView(view: RunView): Record<string, string | null> {
  const labs = view.labs.map((id) => LAB_CARDS.findIndex((card) => card.id === id) + 1);
  return {
    q: view.text === '' ? null : view.text,
    lab: labs.length === 0 ? null : labs.join(','),
    state: view.states.length === 0 ? null : view.states.join(','),
    pinned: view.pinned ? '1' : null,
    sort: view.sort === NEWEST_FIRST.sort ? null : view.sort,
    order: view.descending === isDescendingAtFirst(view.sort) ? null : view.descending ? 'down' : 'up',
  };
}

export function runQuery(view: RunView): RunQuery {
  return {
    ...(view.text.trim() === '' ? {} : { text: view.text.trim().slice(0, 200) }),
    ...(view.labs.length === 0 ? {} : { labs: view.labs }),
    ...(view.states.length === 0 ? {} : { states: view.states }),
    ...(view.pinned ? { pinnedOnly: true } : {}),
    sort: view.sort,
    descending: view.descending,
  };
}

/** The view sorted by a column: its usual direction first, the other one when it was sorted by it already. */
export function sortedBy(view: RunView, sort: RunSort): RunView {
  return { ...view, sort, descending: view.sort === sort ? !view.descending : isDescendingAtFirst(sort) };
}

/** Newest, best and fastest first; names and losses from the least on. */
export function isDescendingAtFirst(sort: RunSort): boolean {
  return sort === 'number' || sort === 'created' || sort === 'best' || sort === 'rate' || sort === 'seconds';
}

export function isFiltered(view: RunView): boolean {
  return view.text !== '' || view.labs.length > 0 || view.states.length > 0 || view.pinned;
}

/** A filter that is written as a word: "lab:3", "state:failed", "pinned". */
export type FilterToken =
  | { readonly kind: 'lab'; readonly lab: LabId; readonly label: string }
  | { readonly kind: 'state'; readonly state: RunState; readonly label: string }
  | { readonly kind: 'pinned'; readonly label: string };

/** The token that a word is, or null. Labs go by number or id, "is:" is another word for "state:". */
export function tokenOf(word: string): FilterToken | null {
  const [key, value] = word.toLowerCase().split(':', 2);
  if (key === 'pinned' && value === undefined) return { kind: 'pinned', label: 'pinned' };
  if (key === 'lab') {
    const card = LAB_CARDS.find(({ id, number }) => id === value || String(number) === value);
    return card === undefined ? null : { kind: 'lab', lab: card.id, label: `lab: ${card.number}` };
  }
  if (key === 'state' || key === 'is') {
    const state = RUN_STATES.find((each) => each === value);
    return state === undefined ? null : { kind: 'state', state, label: `state: ${state}` };
  }
  return null;
}

/** The tokens of a view, in the order in which they are shown. */
export function tokensOf(view: RunView): FilterToken[] {
  return [
    ...view.labs.map((lab) => tokenOf(`lab:${lab}`)),
    ...view.states.map((state) => tokenOf(`state:${state}`)),
    view.pinned ? tokenOf('pinned') : null,
  ].filter((token) => token !== null);
}

export function withToken(view: RunView, token: FilterToken): RunView {
  switch (token.kind) {
    case 'lab':
      return { ...view, labs: [...new Set([...view.labs, token.lab])] };
    case 'state':
      return { ...view, states: [...new Set([...view.states, token.state])] };
    case 'pinned':
      return { ...view, pinned: true };
  }
}

export function withoutToken(view: RunView, token: FilterToken): RunView {
  switch (token.kind) {
    case 'lab':
      return { ...view, labs: view.labs.filter((lab) => lab !== token.lab) };
    case 'state':
      return { ...view, states: view.states.filter((state) => state !== token.state) };
    case 'pinned':
      return { ...view, pinned: false };
  }
}

/** Takes the tokens out of what was typed: every word that is one, but not the last while it is still being typed. */
export function takeTokens(
  text: string,
  isDone: boolean,
): { readonly text: string; readonly tokens: FilterToken[] } {
  const words = text.split(/(\s+)/);
  const tokens: FilterToken[] = [];
  const kept = words.filter((word, index) => {
    if (index === words.length - 1 && !isDone) return true;
    const token = tokenOf(word);
    if (token !== null) tokens.push(token);
    return token === null;
  });
  const rest = kept.join('');
  return { text: tokens.length > 0 ? rest.replace(/\s+/g, ' ').trimStart() : rest, tokens };
}

function listed(text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : text.split(',');
}
