import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'node_modules/',
      'dist/',
      'src/**/assembly/',
      '**/*.cjs',
      'console/dist/',
      '**/*.generated.ts',
      'examples/*/out/',
      'docs/reference/',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // Non-null assertions are how tight loops index typed arrays under noUncheckedIndexedAccess.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        // `_` takes a member away: { secret: _, ...shown }
        {
          argsIgnorePattern: '^_',
          varsIgnorePattern: '^_+$',
          destructuredArrayIgnorePattern: '^_',
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
          message: 'randomness is an argument: take a Random',
        },
      ],
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/cli/*.ts'],
    ignores: [
      // Where paths that people give are used; the others use folders of their own.
      'src/cli/given-paths.ts',
      'src/cli/walk-paths.ts',
      'src/cli/demo.ts',
      'src/cli/scan.ts',
      'src/cli/session.ts',
      'src/cli/start.ts',
      'src/cli/*.test.ts',
    ],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: ['readFileSync', 'writeFileSync', 'createReadStream', 'createWriteStream']
            .concat(['readdirSync', 'statSync', 'mkdirSync'])
            .map((name) => ({
              name: 'node:fs',
              importNames: [name],
              message: 'a path that a person gave is used through given-paths.ts',
            }))
            .concat({
              name: '../core/index.ts',
              importNames: ['readChunks'],
              message: 'take readGivenChunks of given-paths.ts',
            }),
        },
      ],
    },
  },
  {
    files: ['**/*.test.ts', 'test/**/*.ts'],
    rules: {
      // node:test returns promises that its runner awaits.
      '@typescript-eslint/no-floating-promises': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['console/**/*.{ts,tsx}'],
    rules: {
      // An answer may leave out what it has not: `== null` asks for both.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      // `onClick={() => setOpen(true)}` is how React is written, and its handlers may be asynchronous.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { attributes: false, properties: false } },
      ],
    },
  },
  {
    files: ['**/*.js'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: {
      ...tseslint.configs.disableTypeChecked.languageOptions,
      globals: { process: 'readonly', console: 'readonly' },
    },
  },
);
