/**
 * Which way imports may flow: `npm run imports`.
 *
 *   apps ──▶ queue ──▶ jobs          cli ──▶ client ──▶ jobs
 *     └────▶ runtime                 local ──▶ client, jobs
 *   apps/scaler, cli ──▶ scaling
 *
 * A workspace package is imported by its name, which resolves to its build. Types count as imports: a type ties as a value does.
 */
const { Visitor } = require('@swc/core/Visitor.js');

// The visitor with which dependency-cruiser walks swc's syntax tree is older than `using`, and ends the run at the first one.
const { visitStatement } = Visitor.prototype;
Visitor.prototype.visitStatement = function visitUsingToo(statement) {
  if (statement.type !== 'UsingDeclaration') return visitStatement.call(this, statement);
  statement.decls = this.visitVariableDeclarators(statement.decls);
  return statement;
};

/** Specs, and what only they load. */
const TESTS = String.raw`\.spec\.ts$|/(fixtures|testing)/`;
const ANY_PACKAGE = '^(apps|packages|monitoring)/';

/** `name` may import these workspace packages and no other; tests may also import testkit (the rule for testkit says who is a test). */
function mayImport(name, allowed) {
  return {
    name: `${name.replace(/^.*\//, '')}-imports-${allowed.join('-') || 'no-package'}`,
    comment: `${name} may import ${allowed.join(', ') || 'no package of the workspace'}.`,
    from: { path: `^${name}/` },
    to: { path: ANY_PACKAGE, pathNot: [`^${name}/`, `^packages/(${[...allowed, 'testkit'].join('|')})/`] },
  };
}

/** The npm packages that `modules` matches may be imported under `places` only. */
function onlyIn(name, modules, places, comment) {
  return {
    name,
    comment,
    from: { pathNot: places.map((place) => (place.endsWith('$') ? `^${place}` : `^${place}/`)) },
    to: { path: `(^|/)node_modules/(${modules})/` },
  };
}

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const direction = [
  mayImport('packages/jobs', []),
  mayImport('packages/runtime', []),
  mayImport('packages/scaling', []),
  mayImport('packages/console', []),
  mayImport('packages/testkit', []),
  mayImport('packages/queue', ['jobs']),
  mayImport('packages/client', ['jobs']),
  mayImport('packages/cli', ['client', 'scaling']),
  mayImport('packages/local', ['client', 'jobs']),
  // Black boxes: they speak HTTP, so that what they see is what a caller sees.
  mayImport('packages/e2e', ['client', 'jobs']),
  mayImport('packages/bench', ['client', 'jobs']),
  mayImport('packages/chaos', ['client', 'jobs']),
  mayImport('monitoring', ['runtime']),
  // The catalogue of metrics, which its tests hold its queries against.
  mayImport('packages/dashboards', ['runtime']),
  // No app imports an app, either.
  mayImport('apps/gateway', ['console', 'jobs', 'queue', 'runtime']),
  mayImport('apps/worker', ['jobs', 'queue', 'runtime']),
  mayImport('apps/scaler', ['jobs', 'queue', 'runtime', 'scaling']),
];

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const boundaries = [
  onlyIn(
    'bullmq-behind-queue',
    'bullmq',
    [
      'packages/queue',
      'packages/bench',
      'apps/worker/src/processing',
      'apps/gateway/src/ui',
      'apps/gateway/src/fixtures',
      String.raw`apps/gateway/src/.*\.spec\.ts$`,
    ],
    'BullMQ is known to packages/queue, to the code that runs workers, to the Bull Board wiring, to gateway specs and fixtures that play the worker, and to the server that bench compares with.',
  ),
  onlyIn('bull-board-in-ui', '@bull-board/[^/]+', ['apps/gateway/src/ui'], 'Bull Board is wired, and guarded, in one folder.'),
  onlyIn(
    'ioredis-behind-queue',
    'ioredis',
    ['packages/(queue|testkit|local|e2e|bench|chaos)'],
    'Apps reach Redis through packages/queue; the stack behind `npm start` and tests look at a server directly.',
  ),
  {
    name: 'client-runs-alone',
    comment: 'The client goes into web pages: when it runs it needs nothing but itself. Of packages/jobs it takes types only.',
    from: { path: '^packages/client/src/', pathNot: TESTS },
    to: { pathNot: '^packages/client/src/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'testkit-in-tests',
    comment: 'testkit starts servers and kills processes: it is for specs, their fixtures, e2e, bench and chaos.',
    from: { pathNot: ['^(packages/(testkit|e2e|bench|chaos)|monitoring)/', TESTS] },
    to: { path: '^packages/testkit/' },
  },
  {
    name: 'tests-for-tests-only',
    comment: 'What runs in production does not import specs, fixtures or testing.',
    from: { pathNot: TESTS },
    to: { path: TESTS, pathNot: 'node_modules' },
  },
  {
    name: 'packages-by-name',
    comment: 'Another package is imported by its name, through its `exports`; a relative path goes round both.',
    from: { path: '^(?:apps|packages)/([^/]+)/' },
    to: { path: ANY_PACKAGE, pathNot: '^(?:apps|packages)/$1/', dependencyTypes: ['local'] },
  },
  {
    name: 'scripts-stand-alone',
    comment: "scripts/ runs before anything is installed: Node's own modules and nothing else.",
    from: { path: '^scripts/' },
    to: { pathNot: '^scripts/', dependencyTypesNot: ['core'] },
  },
];

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const hygiene = [
  { name: 'no-cycles', comment: 'A cycle has no order in which to read, test or load it.', from: {}, to: { circular: true } },
  {
    name: 'no-orphans',
    comment: 'Imports nothing and is imported by nothing: dead, or wired wrongly.',
    from: { orphan: true, path: '/src/|^scripts/', pathNot: [TESTS, String.raw`\.d\.ts$`] },
    to: {},
  },
  {
    name: 'resolvable',
    comment: 'An import that leads nowhere: a typing error, or not built.',
    // What contenders of the bench import is installed when they first run.
    from: { pathNot: '^packages/bench/contenders/' },
    to: { couldNotResolve: true },
  },
  {
    name: 'declared',
    comment: "An import is declared in the importing package's own package.json; what the root has is luck.",
    from: { path: ANY_PACKAGE },
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-bundled'] },
  },
  {
    name: 'no-dev-dependency-in-production',
    comment: 'A source that needs a package at run time has it in `dependencies`; its types alone may come from `devDependencies`.',
    from: { path: ANY_PACKAGE, pathNot: ['^(packages/e2e|monitoring)/', TESTS, String.raw`jest\.config\.mjs$`] },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [...direction, ...boundaries, ...hygiene].map((rule) => ({ severity: 'error', ...rule })),
  options: {
    // TypeScript 7 has no compiler API yet, so swc reads the imports: of the sources as they stand, types included.
    parser: 'swc',
    doNotFollow: { path: ['node_modules', '/dist/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      mainFields: ['main'],
    },
  },
};
