"""Writes the files of this folder with the real gensim; vectors.test.ts reads them. Run here: python make.py"""
import json
import gensim
import numpy as np
from gensim.models import KeyedVectors

words = ['the', 'film', 'héros', '映画', "n't", '...', 'a_b', 'New_York']
vectors = np.sin(np.arange(len(words) * 5, dtype='float32')).reshape(len(words), 5)
keyed = KeyedVectors(5)
keyed.add_vectors(words, vectors)
keyed.save_word2vec_format('small.txt')
keyed.save_word2vec_format('small.txt.gz')
keyed.save_word2vec_format('small.bin', binary=True)
keyed.save_word2vec_format('small.bin.gz', binary=True)
keyed.save_word2vec_format('small.glove.txt', write_header=False)
with open('small.json', 'w') as file:
    json.dump({'gensim': gensim.__version__, 'words': words, 'vectors': vectors.tolist()}, file)
