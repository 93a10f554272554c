/** The text that is looked at: it stays while another view or tab is open, for as long as the window lives. */
import { untrack } from 'svelte';
import type { Problem } from '../../../shared/app.ts';
import type { Run } from '../../../shared/runs.ts';
import { MOST_CHARACTERS } from '../../../shared/text-inspect.ts';
import { appProblem } from '../../data/problems.ts';
import { client, problemOf } from '../../state/client.svelte.ts';
import { route, setQuery } from '../../state/route.svelte.ts';
import { formatExample, parseExample } from '../shared/example-name.ts';
import { className, dataSetOf, testSplitOf } from '../shared/run-data.ts';

interface Page {
  readonly text: string;
  /** The text of the data set that it is, as an address names it: "test-12". */
  readonly example: string | null;
  /** That one's class by name. */
  readonly truth: string | null;
}

/** A longer text is no part of an address: it would not survive being sent. */
const MOST_IN_ADDRESS = 1000;
const WRITE_DELAY_MS = 300;
/** Texts that can be taken back. */
const MOST_PAST = 50;

class Sheet {
  #page: Page = $state.raw({ text: '', example: null, truth: null });
  #past: readonly Page[] = $state.raw([]);
  problem: Problem | null = $state.raw(null);
  /** What is written waits to be told to the address. */
  #timer: ReturnType<typeof setTimeout> | undefined;

  get text(): string {
    return this.#page.text;
  }
  get truth(): string | null {
    return this.#page.truth;
  }
  get example(): string | null {
    return this.#page.example;
  }
  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  /** Shows what the address names, for the life of the component that calls it. */
  follow(runOf: () => Run): void {
    $effect(() => {
      const [example, text] = [route.query['example'] ?? null, route.query['text'] ?? null];
      const run = runOf();
      const info = dataSetOf(run);
      untrack(() => {
        if (this.#timer !== undefined) return;
        if (example === null && text !== null && text !== this.text) {
          this.#page = { text, example: null, truth: null };
        }
        if (example !== null && example !== this.example && info !== null) {
          void this.#load(example, run, info.classes);
        }
      });
    });
    // Beyond this page the address is another's.
    $effect(() => () => this.#cancel());
  }

  /** What a person writes into the field. */
  write(text: string): void {
    this.#page = { text: text.slice(0, MOST_CHARACTERS), example: null, truth: null };
    this.problem = null;
    this.#cancel();
    this.#timer = setTimeout(() => this.#tell(), WRITE_DELAY_MS);
  }

  /** Another text in place of this one, which can be taken back. */
  change(text: string): void {
    this.#keep();
    this.#page = { text: text.slice(0, MOST_CHARACTERS), example: null, truth: null };
    this.#tell();
  }

  undo(): void {
    const before = this.#past.at(-1);
    if (before === undefined) return;
    this.#past = this.#past.slice(0, -1);
    this.#page = before;
    this.#tell();
  }

  /** Any one of the test texts of the run's data set. */
  takeAny(run: Run): void {
    const split = testSplitOf(run);
    if (split === null) return;
    const index = Math.floor(Math.random() * split.examples);
    this.#cancel();
    setQuery({ example: formatExample({ split: split.name, index }), text: null });
  }

  #keep(): void {
    if (this.text !== '') this.#past = [...this.#past, this.#page].slice(-MOST_PAST);
  }

  #tell(): void {
    this.#cancel();
    const { text, example } = this.#page;
    const isShort = text !== '' && text.length <= MOST_IN_ADDRESS;
    setQuery({ example, text: example === null && isShort ? text : null });
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #load(example: string, run: Run, classes: readonly string[]): Promise<void> {
    const name = parseExample(example);
    if (name === null) return;
    this.problem = null;
    try {
      const { text, label } = await client().inspect.textExample({ run: run.number, ...name });
      // Another one may be wanted by now.
      if (route.query['example'] !== example) return;
      this.#keep();
      this.#page = { text, example, truth: className(classes, label) };
    } catch (error) {
      this.problem = appProblem(problemOf(error));
    }
  }
}

export const sheet = new Sheet();
