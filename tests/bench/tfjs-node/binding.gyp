{
  # tfjs-node's own binding, from the sources in its package (build.mjs puts them beside this file), on our TensorFlow.
  'variables': { 'tensorflow_dir%': '' },
  'targets': [{
    'target_name': 'tfjs_binding',
    'sources': ['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc'],
    'defines': ['NAPI_VERSION=8'],
    'include_dirs': ['.'],
    'cflags_cc!': ['-std=gnu++20'],
    'cflags_cc': ['-isystem', '<(tensorflow_dir)/include', '-std=c++17'],
    'conditions': [
      ['OS=="linux"', {
        'libraries': [
          '-L<(tensorflow_dir)/lib',
          '-l:libtensorflow_cc.so.2',
          '-l:libtensorflow_framework.so.2',
          '-Wl,-rpath,<(tensorflow_dir)/lib'
        ]
      }],
      ['OS=="mac"', {
        'include_dirs': ['<(tensorflow_dir)/include'],
        'xcode_settings': { 'CLANG_CXX_LANGUAGE_STANDARD': 'c++17', 'MACOSX_DEPLOYMENT_TARGET': '12.0' },
        'libraries': [
          '<(tensorflow_dir)/lib/libtensorflow_cc.2.dylib',
          '<(tensorflow_dir)/lib/libtensorflow_framework.2.dylib',
          '-Wl,-rpath,<(tensorflow_dir)/lib'
        ]
      }]
    ]
  }]
}
