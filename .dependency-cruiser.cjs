/** Who may import whom (docs/architecture.md): dependencies point downwards only. */
const layer = (name, from, mayNot, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: mayNot },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'not-to-dev-dependency',
      severity: 'error',
      // The renderer is bundled whole, and Electron is the host itself.
      from: { path: '^src', pathNot: '^src/(renderer|main/desktop|preload)' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    layer('shared-is-the-floor', '^src/shared', '^src/(?!shared)', 'shared imports nothing of ours'),
    layer('engine-below-hosts', '^src/engine', '^src/(?!shared|engine)', 'the engine knows only shared'),
    layer(
      'renderer-knows-the-contract',
      '^src/renderer',
      '^src/(?!shared|renderer)',
      'the renderer knows only shared',
    ),
    {
      name: 'electron-in-its-place',
      severity: 'error',
      from: { path: '^src', pathNot: '^src/(main/desktop|preload)' },
      to: { path: 'node_modules/electron/' },
    },
    layer(
      'runtime-is-lowest',
      '^src/engine/runtime',
      '^src/engine/(?!runtime)',
      'runtime knows no data, labs or training',
    ),
    layer(
      'data-knows-no-training',
      '^src/engine/data',
      '^src/engine/(?!runtime|data)',
      'data knows no labs or training',
    ),
    layer('text-knows-data-alone', '^src/engine/text', '^src/engine/(?!text|data)', 'text knows no training'),
    layer(
      'vectors-know-data-alone',
      '^src/engine/vectors',
      '^src/engine/(?!vectors|data)',
      'word vectors know no training',
    ),
    layer(
      'training-knows-no-labs',
      '^src/engine/training',
      '^src/engine/(labs|inspect|layers)',
      'training knows no lab',
    ),
    layer(
      'layers-know-no-labs',
      '^src/engine/layers',
      '^src/engine/(labs|inspect|data|runs)',
      'layers know tensors and training alone',
    ),
    layer(
      'models-know-no-labs',
      '^src/engine/models',
      '^src/engine/(labs|inspect|runs)',
      'models of other programs know layers, data and training alone',
    ),
    layer(
      'process-is-on-top',
      '^src/engine/(?!process)',
      '^src/engine/process/(?!methods)',
      'only the types of its methods are for the rest of the engine',
    ),
    layer(
      'main-knows-only-shared',
      '^src/main',
      '^src/(?!main|shared)',
      'main meets the engine over a channel',
    ),
    layer('cli-needs-no-window', '^src/cli', '^src/(renderer|preload)', 'the command line shows no window'),
    layer('nobody-needs-the-cli', '^src/(?!cli)', '^src/cli', 'the command line is an entry'),
    layer('inspect-knows-no-labs', '^src/engine/inspect', '^src/engine/(labs|runs)', 'inspect knows no lab'),
    {
      name: 'only-runtime-loads-native',
      severity: 'error',
      from: { path: '^src', pathNot: '^src/engine' },
      to: { path: 'node_modules/@tensorflow' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.svelte', '.mjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
