const queues = new Map<string, Promise<unknown>>();

/** Runs `work` after whatever this process already does with the same data set, so that two fetches do not share a folder. */
export async function inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
  const before = queues.get(id) ?? Promise.resolve();
  const turn = before.then(work, work);
  queues.set(id, turn);
  try {
    return await turn;
  } finally {
    if (queues.get(id) === turn) queues.delete(id);
  }
}
