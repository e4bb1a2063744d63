import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

/** The arrows of the house (ARCHITECTURE.md): a folder and what it must not import. */
const forbid = (files, patterns, message) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: patterns.map((regex) => ({ regex, message })) }] },
})
const electronModule = '^electron$'

export default tseslint.config(
  { ignores: ['node_modules', 'out', 'dist', 'test-artifacts', 'electron/kernels/assembly'] },
  ...tseslint.configs.strict,
  { files: ['renderer/**/*.{ts,tsx}'], ...reactHooks.configs.flat.recommended },
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    files: ['electron/**/*.ts', 'shared/**/*.ts', 'renderer/**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  { rules: { '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/no-dynamic-delete': 'off' } },
  forbid(['shared/**'], ['/electron/', '/renderer/', electronModule, '^node:'], 'shared/ imports nothing from the other two, nor Node.'),
  forbid(['renderer/**'], ['/electron/', electronModule, '^node:'], 'The page knows no Node and no Electron: go through the contract.'),
  forbid(
    ['renderer/lessons/**/*.ts'],
    ['/electron/', electronModule, '^node:', '/features/', '/ipc/', '/state/', '\\.tsx$'],
    'Lessons are data: what draws them is in widgets/*.tsx, what asks for measurements in features/learn.',
  ),
  forbid(['electron/**'], ['/renderer/', electronModule], 'Only main.ts, preload.ts and desktop/ may import electron.'),
  forbid(['electron/{main,preload}.ts', 'electron/desktop/**'], ['/renderer/'], 'Node code does not import the page.'),
  forbid(
    ['electron/engine/**'],
    ['/renderer/', electronModule, '/ddp/', '/collectives/', '/rank/', '/supervisor/', '/lab/', '/hosts/'],
    'The engine does not know that other ranks exist: take a GradientSync.',
  ),
  forbid(
    ['electron/{backend,collectives,checkpoint,data,http,hub,kernels}/**'],
    ['/renderer/', electronModule, '/engine/', '/ddp/', '/rank/', '/supervisor/', '/lab/', '/hosts/', '/inference/', '/report/'],
    'The lowest rooms import no other room but each other.',
  ),
  forbid(
    ['electron/ddp/**'],
    ['/renderer/', electronModule, '/rank/', '/supervisor/', '/lab/', '/hosts/', '/backend/'],
    'ddp stands on engine and collectives.',
  ),
  forbid(
    ['electron/{rank,supervisor,inference,pretrained,report,probe,handoff,benchmark,workbench}/**'],
    ['/renderer/', electronModule, '/lab/', '/hosts/'],
    'Arrows point down: hosts → lab → supervisor ‖ rank.',
  ),
  forbid(
    ['electron/benchmark/{load,energy}/**'],
    ['/renderer/', electronModule, '/lab/', '/hosts/', '/supervisor/', '/serving/', '/inference/', '/engine/', '/report/'],
    'What makes load and what reads counters knows nothing of models and runs.',
  ),
  forbid(
    ['electron/serving/**'],
    ['/renderer/', electronModule, '/lab/', '/hosts/', '/engine/', '/supervisor/', '/rank/'],
    'The HTTP API stands on inference and http; the command line and the lab start it.',
  ),
  forbid(
    ['electron/onnx/**'],
    ['/renderer/', electronModule, '/lab/', '/hosts/', '/supervisor/', '/rank/', '/ddp/', '/collectives/', '/inference/', '/export/'],
    'A graph is recorded from the engine; inference and export use it.',
  ),
  forbid(
    ['electron/export/**'],
    ['/renderer/', electronModule, '/lab/', '/hosts/', '/supervisor/', '/rank/', '/ddp/', '/collectives/'],
    'An export is made of what a run left: engine, backend, checkpoint, data, inference, report.',
  ),
  forbid(
    ['electron/spaces/**'],
    ['/renderer/', electronModule, '/lab/', '/hosts/', '/cli/', '/engine/', '/supervisor/', '/rank/', '/ddp/', '/collectives/'],
    'A Space is made of what export, serving and hub have; the command line and the lab start it.',
  ),
  forbid(
    ['electron/workbench/*.ts'],
    ['/renderer/', electronModule, '/lab/', '/hosts/', '/engine/', '/ddp/', '/collectives/', '/backend/', '/programs/'],
    'The lab loads this side of the workbench: programs and what they compute with stay in the rank processes.',
  ),
  forbid(
    ['electron/lab/**'],
    ['/renderer/', electronModule, '/hosts/', '/engine/', '/ddp/', '/collectives/', '/rank/main', '/workbench/(rank|programs)/'],
    'Handlers are thin: they talk to the supervisor, inference and report.',
  ),
)
