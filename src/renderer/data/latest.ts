/**
 * One question at a time, always the newest: while an answer is awaited, only the newest of the questions that come is kept, and it is
 * asked when that answer is there. After `reset` an answer that is still under way is dropped.
 */
export interface Latest<Q> {
  ask(question: Q): void;
  /** Drops what waits, and the answer that is under way. */
  reset(): void;
}

export function latest<Q, A>(
  answerTo: (question: Q, signal: AbortSignal) => Promise<A>,
  on: {
    readonly answer: (answer: A, question: Q) => void;
    readonly problem: (error: unknown, question: Q) => void;
  },
): Latest<Q> {
  let waiting: { readonly question: Q } | null = null;
  /** What is under way; a new one after each reset. */
  let round = new AbortController();
  let busy = false;

  async function run(question: Q): Promise<void> {
    busy = true;
    const { signal } = round;
    try {
      const answer = await answerTo(question, signal);
      if (!signal.aborted) on.answer(answer, question);
    } catch (error) {
      if (!signal.aborted) on.problem(error, question);
    }
    busy = false;
    const next = waiting;
    waiting = null;
    if (next !== null) void run(next.question);
  }

  return {
    ask(question) {
      if (busy) waiting = { question };
      else void run(question);
    },
    reset() {
      waiting = null;
      round.abort();
      round = new AbortController();
    },
  };
}
