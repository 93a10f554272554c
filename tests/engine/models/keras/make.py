"""Writes the files of this folder with the real Keras; read-model.test.ts reads them. Run here: python make.py"""
import json
import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(5)
image = keras.Input((8, 8, 1), name='image')
x = layers.Conv2D(3, 3, padding='same', use_bias=False)(image)
x = layers.BatchNormalization(name='norm')(x)
x = layers.Activation('relu')(x)
x = layers.MaxPooling2D(2)(x)
x = layers.Dropout(0.25)(x)
x = layers.Flatten()(x)
model = keras.Model(image, layers.Dense(4, activation='softmax', name='classes')(x))
for weight in model.weights:  # moving averages, too
    weight.assign(np.abs(weight.numpy()) + np.abs(np.random.normal(0, 0.2, weight.shape)))
model.save('small.keras')
model.save_weights('small.weights.h5')

images = np.sin(np.arange(5 * 64, dtype='float32')).reshape(5, 8, 8, 1)
with open('small.json', 'w') as file:
    json.dump({'keras': keras.__version__, 'predictions': model.predict(images, verbose=0).tolist()}, file)
