{
  'variables': {
    # The unpacked TensorFlow (folders lib and include), given as `node-gyp rebuild --tensorflow_dir=DIR`.
    'tensorflow_dir%': ''
  },
  'targets': [{
    'target_name': 'gradient_lab',
    'sources': [
      'src/addon.cc',
      'src/attributes.cc',
      'src/capture.cc',
      'src/op_definitions.cc',
      'src/runtime.cc',
      'src/runtime_capture.cc',
      'src/settings.cc',
      'src/tensors.cc'
    ],
    'include_dirs': [
      "<!@(node -p \"require('node-addon-api').include_dir || require('node-addon-api').include\")"
    ],
    'defines': ['NAPI_VERSION=8', 'NAPI_CPP_EXCEPTIONS'],
    'cflags!': ['-fno-exceptions'],
    'cflags_cc!': ['-fno-exceptions', '-fno-rtti', '-std=gnu++20', '-std=gnu++17'],
    'cflags_cc': ['-isystem', '<(tensorflow_dir)/include', '-std=c++17', '-O2', '-Wall', '-Wextra', '-Wno-unused-parameter', '-Wno-cast-function-type'],
    'conditions': [
      ['OS=="linux"', {
        'libraries': [
          '-L<(tensorflow_dir)/lib',
          '-l:libtensorflow_cc.so.2',
          '-l:libtensorflow_framework.so.2',
          '-Wl,-rpath,<(tensorflow_dir)/lib',
          '-Wl,-z,initfirst' # see src/settings.cc
        ]
      }],
      ['OS=="mac"', {
        'include_dirs': ['<(tensorflow_dir)/include'],
        'xcode_settings': {
          'GCC_ENABLE_CPP_EXCEPTIONS': 'YES',
          'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
          'MACOSX_DEPLOYMENT_TARGET': '12.0'
        },
        'libraries': [
          '<(tensorflow_dir)/lib/libtensorflow_cc.2.dylib',
          '<(tensorflow_dir)/lib/libtensorflow_framework.2.dylib',
          '-Wl,-rpath,<(tensorflow_dir)/lib'
        ]
      }]
    ]
  }]
}
