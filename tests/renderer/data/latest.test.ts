import { describe, expect, it } from 'vitest';
import { latest } from '../../../src/renderer/data/latest.ts';

/** Questions whose answers the test gives when it likes. */
function setup() {
  const asked: { question: number; answer: (value: string) => void; fail: (error: Error) => void }[] = [];
  const answers: [string, number][] = [];
  const problems: string[] = [];
  const ask = latest<number, string>(
    (question) =>
      new Promise((answer, fail) => {
        asked.push({ question, answer, fail });
      }),
    {
      answer: (answer, question) => answers.push([answer, question]),
      problem: (error) => problems.push((error as Error).message),
    },
  );
  return { ask, asked, answers, problems };
}

const settle = () => new Promise((done) => setTimeout(done, 0));

describe('the newest question', () => {
  it('is the only one asked after the answer under way', async () => {
    const { ask, asked, answers } = setup();
    for (const question of [1, 2, 3, 4]) ask.ask(question);
    expect(asked.map(({ question }) => question)).toEqual([1]);
    asked[0]?.answer('one');
    await settle();
    expect(asked.map(({ question }) => question)).toEqual([1, 4]);
    asked[1]?.answer('four');
    await settle();
    expect(answers).toEqual([
      ['one', 1],
      ['four', 4],
    ]);
  });

  it('is answered after a reset, and the answer from before is dropped', async () => {
    const { ask, asked, answers } = setup();
    ask.ask(1);
    ask.reset();
    ask.ask(2);
    expect(asked).toHaveLength(1);
    asked[0]?.answer('late');
    await settle();
    asked[1]?.answer('new');
    await settle();
    expect(answers).toEqual([['new', 2]]);
  });

  it('is not asked when a reset came after it', async () => {
    const { ask, asked, answers } = setup();
    ask.ask(1);
    ask.ask(2);
    ask.reset();
    asked[0]?.answer('late');
    await settle();
    expect(asked).toHaveLength(1);
    expect(answers).toEqual([]);
  });

  it('is asked after one that failed', async () => {
    const { ask, asked, answers, problems } = setup();
    ask.ask(1);
    ask.ask(2);
    asked[0]?.fail(new Error('no engine'));
    await settle();
    asked[1]?.answer('two');
    await settle();
    expect(problems).toEqual(['no engine']);
    expect(answers).toEqual([['two', 2]]);
  });
});
