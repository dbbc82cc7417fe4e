import { describe, expect, it } from 'vitest';
import { checkImports, importsOf } from './layers.js';
import { readSources } from './sources.js';

describe('imports of src', () => {
  it('finds the sources', () => {
    expect(readSources().map((source) => source.path)).toContain('errors.ts');
  });

  it('point only to earlier layers, and packages stay in their folders', () => {
    expect(checkImports(readSources())).toEqual([]);
  });
});

describe('the import check', () => {
  const check = (path: string, text: string): string[] => checkImports([{ path, text }]);

  it.each([
    ['a static import', "\nimport { run } from '../graph/run.js';"],
    ['a type-only import', "\nimport type { Plan } from '../graph/plan.js';"],
    ['an import for its effects', "\nimport '../graph/plan.js';"],
    ['a re-export', "\nexport * from '../graph/plan.js';"],
    ['a type-only re-export', "\nexport type { Plan } from '../graph/plan.js';"],
    ['a dynamic import', "\nexport const plan = await import('../graph/plan.js');"],
    ['a dynamic import of a plain template', '\nexport const plan = await import(`../graph/plan.js`);'],
    ['an import in a type', "\nexport type Plan = import('../graph/plan.js').Plan;"],
    ['a typeof import', "\nexport type Plan = typeof import('../graph/plan.js');"],
    ['a require', "\nexport const plan = require('../graph/plan.js');"],
    ['an import equals', "\nimport plan = require('../graph/plan.js');"],
  ])('catches %s against the direction', (_what, text) => {
    const problems = check('media/frame.ts', text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^src\/media\/frame\.ts:2 imports "\.\.\/graph\/(run|plan)\.js": imports point only to earlier/);
  });

  it('reads comments and strings as what they are', () => {
    const text = `// import '../graph/plan.js'\nconst a = "import x from '../graph/plan.js'";`;
    expect(importsOf({ path: 'media/frame.ts', text })).toEqual([]);
  });

  it('lets a file import its own layer, earlier ones and packages', () => {
    const text = "import './a.js';\nimport '../media/frame.js';\nimport '../errors.js';\nimport 'rxjs';\nimport 'node:fs';";
    expect(check('time/clock.ts', text)).toEqual([]);
    expect(check('nodes/effects/gain.ts', "import '../../media/dsp/gain.js';\nimport '../support/ramp.js';")).toEqual([]);
    expect(check('engine.ts', "import './plugins/host.js';")).toEqual([]);
  });

  it('sees the direction of files that lie directly in src', () => {
    expect(check('errors.ts', "import './media/frame.js';")).toHaveLength(1);
    expect(check('plugins/host.ts', "import '../engine.js';")).toHaveLength(1);
  });

  it('lets testing import everything but console and cli, and nobody import testing', () => {
    expect(check('testing/render.ts', "import '../engine.js';\nimport '../media/frame.js';")).toEqual([]);
    expect(check('testing/render.ts', "import '../cli/main.js';")).toEqual([
      'src/testing/render.ts:1 imports "../cli/main.js": testing imports neither console nor cli',
    ]);
    expect(check('testing/render.ts', "import '../console/server.js';")).toHaveLength(1);
    expect(check('cli/test.ts', "import '../testing/index.js';")).toHaveLength(1);
    expect(check('cli/test.ts', "import 'voxgraph/testing';")).toHaveLength(1);
  });

  it('lets index import everything, and nobody import index', () => {
    expect(check('index.ts', "export * from './cli/main.js';\nexport * from './errors.js';")).toEqual([]);
    expect(check('cli/main.ts', "import '../index.js';")).toHaveLength(1);
    expect(check('engine.ts', "import 'voxgraph';")).toHaveLength(1);
  });

  it.each([
    ['node-av', 'media/av/decode.ts', 'media/probe.ts'],
    ['node-av/lib', 'media/av/decode.ts', 'nodes/sources/file.ts'],
    ['@seydx/node-av-linux-x64', 'media/av/decode.ts', 'index.ts'],
    ['werift', 'calls/webrtc/peer.ts', 'calls/room/room.ts'],
    ['werift-rtp', 'calls/webrtc/peer.ts', 'console/server.ts'],
    ['telegram', 'calls/telegram/client.ts', 'calls/room/room.ts'],
    ['telegram/tl', 'calls/telegram/client.ts', 'cli/login.ts'],
  ])('keeps %s in its folder', (specifier, inside, outside) => {
    const text = `import type { X } from '${specifier}';`;
    expect(check(inside, text)).toEqual([]);
    expect(check(outside, text)).toHaveLength(1);
  });

  it('refuses a folder that is no layer, as source and as target', () => {
    expect(check('utils/misc.ts', '')).toEqual([
      'src/utils/misc.ts:1 is in no known layer; add "utils" to LAYERS in test/structure/layers.ts',
    ]);
    expect(check('engine.ts', "import './utils/misc.js';")).toHaveLength(1);
  });
});
