// @ts-check
/**
 * Writes the data set of this folder: short reviews of films that do not exist, put together by a grammar, praise and blame in equal
 * number.
 *
 *     node resources/made-up-reviews/make.mjs            writes the four files beside this one
 *
 * What a review says of its film, each of its opinions says: plainly ("The plot is gripping"), by denying the opposite ("The plot is
 * never dull"), or against a concession ("The music is lovely, but the plot is dull"). Words of praise and of blame therefore stand in
 * reviews of both kinds; what counts is where "not" and "but" stand. The same seed gives the same texts everywhere: randomness is integer
 * arithmetic. (The packed files may differ by version of zlib; what is inside does not.)
 */
import { Buffer } from 'node:buffer';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

export const SPLITS = /** @type {const} */ ([
  { name: 'train', examples: 6000, seed: 20_260_501 },
  { name: 'test', examples: 1500, seed: 20_260_502 },
]);

const PARTS = [
  ...['plot', 'story', 'cast', 'ending', 'opening', 'music', 'script', 'camera work', 'dialogue', 'humour'],
  ...['pace', 'scenery', 'hero', 'villain', 'middle part', 'last scene', 'costume design', 'leading pair'],
];
const ADJECTIVES = {
  good: [
    ...['gripping', 'charming', 'clever', 'moving', 'lovely', 'brilliant', 'tender', 'witty', 'fresh', 'honest'],
    ...['delightful', 'graceful', 'thrilling', 'warm', 'elegant', 'convincing', 'splendid', 'lively', 'subtle'],
  ],
  bad: [
    ...['dull', 'clumsy', 'tired', 'shallow', 'tedious', 'hollow', 'noisy', 'stale', 'lazy', 'forced'],
    ...['dreary', 'lifeless', 'awkward', 'cold', 'muddled', 'silly', 'wooden', 'sloppy', 'predictable'],
  ],
};
const FEELINGS = {
  good: ['enjoyed', 'loved', 'admired', 'cherished'],
  bad: ['disliked', 'hated', 'regretted', 'resented'],
};
const DEGREES = ['', '', '', 'quite ', 'truly ', 'rather ', 'simply ', 'remarkably '];
const NEUTRAL = [
  ...['I saw it on a Tuesday.', 'It runs for two hours.', 'We sat in the third row.', 'It was raining outside.'],
  ...['A friend had lent me the disc.', 'The cinema was half full.', 'It is set in a harbour town.'],
  ...['The director has made four films so far.', 'My sister came along.', 'It begins on a train.'],
  ...['There is a dog in it.', 'I had read the book before.', 'It was shot in black and white.'],
];

/** @typedef {'good' | 'bad'} Side */
/** @typedef {{ pick: <T>(list: readonly T[]) => T, below: (n: number) => number }} Draw */

/** @type {(side: Side) => Side} */
const opposite = (side) => (side === 'good' ? 'bad' : 'good');

/** @type {readonly ((draw: Draw, part: string, adjective: string) => string)[]} what is said of a part */
const SAID = [
  (draw, part, adjective) => `the ${part} is ${draw.pick(DEGREES)}${adjective}`,
  (draw, part, adjective) => `the ${part} felt ${draw.pick(DEGREES)}${adjective}`,
  (draw, part, adjective) => `I found the ${part} ${draw.pick(DEGREES)}${adjective}`,
];

/** @type {readonly ((draw: Draw, part: string, adjective: string) => string)[]} its denial, in the same words and a few more */
const DENIED = [
  (_, part, adjective) => `the ${part} is not ${adjective} at all`,
  (_, part, adjective) => `the ${part} is never ${adjective}`,
  (draw, part, adjective) => `the ${part} is far from ${draw.pick(['', 'being '])}${adjective}`,
  (_, part, adjective) => `I cannot call the ${part} ${adjective}`,
  (_, part, adjective) => `nobody will find the ${part} ${adjective}`,
];

/** @type {(draw: Draw, side: Side, part: string) => string} one opinion of that side: said, or in 3 of 10 its opposite denied */
function clause(draw, side, part) {
  switch (draw.below(10)) {
    case 0:
    case 1:
      return `I ${draw.pick(FEELINGS[side])} the ${part}`;
    case 2:
      return `I never ${draw.pick(FEELINGS[opposite(side)])} the ${part}`;
    case 3:
    case 4:
      return draw.pick(DENIED)(draw, part, draw.pick(ADJECTIVES[opposite(side)]));
    default:
      return draw.pick(SAID)(draw, part, draw.pick(ADJECTIVES[side]));
  }
}

/** @type {(draw: Draw, side: Side) => string} a sentence whose point is of that side, in 4 of 10 against a concession */
function sentence(draw, side) {
  const part = draw.pick(PARTS);
  const others = PARTS.filter((other) => other !== part);
  const point = clause(draw, side, part);
  const conceded = clause(draw, opposite(side), draw.pick(others));
  switch (draw.below(10)) {
    case 0:
      return `${capital(conceded)}, but ${point}.`;
    case 1:
      return `Although ${conceded}, ${point}.`;
    case 2:
      return `${capital(point)}, even though ${conceded}.`;
    case 3:
      return `${capital(conceded)}; still, ${point}.`;
    default:
      return `${capital(point)}.`;
  }
}

/** @type {(text: string) => string} */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** @type {(draw: Draw, side: Side) => string} one to three opinions, and at most two sentences that say nothing of the film's worth */
export function review(draw, side) {
  const sentences = Array.from({ length: 1 + draw.below(3) }, () => sentence(draw, side));
  for (let fillers = draw.below(3); fillers > 0; fillers--) {
    sentences.splice(draw.below(sentences.length + 1), 0, draw.pick(NEUTRAL));
  }
  return sentences.join(' ');
}

/** @type {(seed: number) => Draw} 32-bit xorshift with a final multiplication */
export function drawBy(seed) {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.imul(state, 0x9e3779b1) >>> 0;
  };
  // The low bits of the product are the weaker ones.
  const below = (/** @type {number} */ n) => Math.floor((next() / 2 ** 32) * n);
  return { below, pick: (list) => /** @type {never} */ (list[below(list.length)]) };
}

/**
 * Both splits: no text twice, and none of the test split in the training split.
 * @returns {{ name: 'train' | 'test', texts: string[], labels: number[] }[]} labels: 0 blame, 1 praise, by turns
 */
export function makeSplits() {
  const seen = new Set();
  return SPLITS.map(({ name, examples, seed }) => {
    const draw = drawBy(seed);
    const texts = [];
    const labels = [];
    while (texts.length < examples) {
      const label = texts.length % 2;
      const text = review(draw, label === 1 ? 'good' : 'bad');
      if (seen.has(text)) continue;
      seen.add(text);
      texts.push(text);
      labels.push(label);
    }
    return { name, texts, labels };
  });
}

/** @type {(labels: readonly number[]) => Buffer} IDX of unsigned bytes */
function idxOf(labels) {
  const bytes = Buffer.alloc(8 + labels.length);
  bytes.set([0, 0, 8, 1]);
  bytes.writeUInt32BE(labels.length, 4);
  bytes.set(labels, 8);
  return bytes;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = dirname(fileURLToPath(import.meta.url));
  for (const { name, texts, labels } of makeSplits()) {
    // Each text ends with a zero byte.
    const packed = Buffer.from(texts.map((text) => `${text}\0`).join(''));
    writeFileSync(join(folder, `${name}-texts-utf8.gz`), gzipSync(packed, { level: 9 }));
    writeFileSync(join(folder, `${name}-labels-idx1-ubyte.gz`), gzipSync(idxOf(labels), { level: 9 }));
  }
}
