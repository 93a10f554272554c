import { LabError } from '../../shared/errors.ts';
import { SPECIAL_TOKENS, type TextEncoding } from '../../shared/texts.ts';
import { textsOf, type LoadedDataSet } from '../data/index.ts';
import { learnPieces } from './bpe-train.ts';
import { countPieces } from './count-pieces.ts';
import { Encoder } from './encoder.ts';
import { checkEncoding } from './vocabulary-file.ts';
import { Vocabulary } from './vocabulary.ts';

/**
 * The encoder with the vocabulary of the training split. Throws a LabError: `text/encoding`, `data/no-feature`, `data/no-split`,
 * `call/cancelled`.
 */
export async function makeEncoder(
  data: LoadedDataSet,
  encoding: TextEncoding,
  signal?: AbortSignal,
): Promise<Encoder> {
  const checked = checkEncoding(encoding);
  const train = data.splits['train'];
  if (train === undefined) {
    throw new LabError('data/no-split', `The data set "${data.info.id}" has no training split.`, {
      hint: 'Import one that has.',
    });
  }
  const counted = await countPieces(textsOf(train), checked.tokenizer, signal);
  if (checked.tokenizer !== 'bpe') {
    return new Encoder(checked, Vocabulary.byFrequency(counted, checked.vocabularySize));
  }
  const special = SPECIAL_TOKENS.length;
  const limits = { pieces: checked.vocabularySize - special };
  const { pieces, merges } = await learnPieces(counted, limits, signal);
  const vocabulary = new Vocabulary([...SPECIAL_TOKENS, ...pieces]);
  return new Encoder(
    checked,
    vocabulary,
    merges.map(([left, right]) => [left + special, right + special]),
  );
}
