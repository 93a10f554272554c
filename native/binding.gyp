{
  'variables': {
    # The unpacked TensorFlow (folders lib and include), given as `node-gyp rebuild --tensorflow_dir=DIR`.
    'tensorflow_dir%': '',
    'kernel_flags': ['-O3', '-ffp-contract=fast', '-fno-math-errno', '-Wno-psabi']
  },
  'target_defaults': {
    'cflags!': ['-fno-exceptions'],
    'cflags_cc!': ['-fno-exceptions', '-fno-rtti', '-std=gnu++20', '-std=gnu++17'],
    'cflags_cc': ['-std=c++17', '-Wall', '-Wextra', '-Wno-unused-parameter', '-Wno-cast-function-type'],
    'xcode_settings': {
      'GCC_ENABLE_CPP_EXCEPTIONS': 'YES',
      'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
      'MACOSX_DEPLOYMENT_TARGET': '12.0'
    }
  },
  # The recurrent kernels, a library for each instruction set: which one runs is chosen when it does.
  'targets': [{
    'target_name': 'kernels_plain',
    'type': 'static_library',
    'sources': ['src/recurrent/kernels_plain.cc'],
    'cflags_cc': ['<@(kernel_flags)'],
    'xcode_settings': {'OTHER_CPLUSPLUSFLAGS': ['<@(kernel_flags)']}
  }, {
    'target_name': 'kernels_avx2',
    'type': 'static_library',
    'cflags_cc': ['<@(kernel_flags)', '-mavx2', '-mfma'],
    'xcode_settings': {'OTHER_CPLUSPLUSFLAGS': ['<@(kernel_flags)', '-mavx2', '-mfma']},
    'conditions': [['target_arch=="x64"', {'sources': ['src/recurrent/kernels_avx2.cc']}, {'type': 'none'}]]
  }, {
    'target_name': 'kernels_avx512',
    'type': 'static_library',
    'cflags_cc': ['<@(kernel_flags)', '-mavx512f', '-mfma'],
    'xcode_settings': {'OTHER_CPLUSPLUSFLAGS': ['<@(kernel_flags)', '-mavx512f', '-mfma']},
    'conditions': [['target_arch=="x64"', {'sources': ['src/recurrent/kernels_avx512.cc']}, {'type': 'none'}]]
  }, {
    'target_name': 'gradient_lab',
    'dependencies': ['kernels_plain', 'kernels_avx2', 'kernels_avx512'],
    'sources': [
      'src/addon.cc',
      'src/attributes.cc',
      'src/capture.cc',
      'src/op_definitions.cc',
      'src/recurrent/crew.cc',
      'src/recurrent/custom_calls.cc',
      'src/runtime.cc',
      'src/runtime_capture.cc',
      'src/settings.cc',
      'src/tensors.cc'
    ],
    'include_dirs': [
      "<!@(node -p \"require('node-addon-api').include_dir || require('node-addon-api').include\")"
    ],
    'defines': ['NAPI_VERSION=8', 'NAPI_CPP_EXCEPTIONS'],
    'cflags_cc': ['-isystem', '<(tensorflow_dir)/include', '-O2'],
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
        'libraries': [
          '<(tensorflow_dir)/lib/libtensorflow_cc.2.dylib',
          '<(tensorflow_dir)/lib/libtensorflow_framework.2.dylib',
          '-Wl,-rpath,<(tensorflow_dir)/lib'
        ]
      }]
    ]
  }]
}
