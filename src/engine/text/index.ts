/** Texts as numbers: words, characters or learnt pieces; vocabularies; encoding of whole data sets. */
export { longestFirst, makeBatches, rowsTogether, rowWidths, wasteOf } from './batches.ts';
export { countByClass, type ClassCounts } from './count-by-class.ts';
export { countPieces, inBreaths, type CountedPiece } from './count-pieces.ts';
export { encodeWith, type EncodedTexts, type SplitReport } from './encode-texts.ts';
export { encoderFor } from './encoder-cache.ts';
export { Encoder, type EncodedRows } from './encoder.ts';
export { checkEncoding, encoderFromText, encoderToText, readEncoderFile } from './vocabulary-file.ts';
export { VOCABULARY_FILE } from '../../shared/texts.ts';
export { Vocabulary } from './vocabulary.ts';
export { makeEncoder } from './make-encoder.ts';
