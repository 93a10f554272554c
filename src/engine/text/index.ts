/** Texts as numbers: words, characters or learnt pieces; vocabularies; encoding of whole data sets. */
export { countPieces, inBreaths, type CountedPiece } from './count-pieces.ts';
export { encodeTexts, encodeWith, makeEncoder, type EncodedTexts, type SplitReport } from './encode-texts.ts';
export { Encoder, type EncodedRows } from './encoder.ts';
export { checkEncoding, encoderFromText, encoderToText, VOCABULARY_FILE } from './vocabulary-file.ts';
export { Vocabulary } from './vocabulary.ts';
