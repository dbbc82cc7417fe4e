import { describe, expect, it } from 'vitest';
import { livePictures } from '../../../../src/media/av/video/picture.js';
import { builtinNodes } from '../../../../src/nodes/index.js';
import { VIDEO_FILTERS } from '../../../../src/plugins/builtin/video-filters/config.js';
import videoFilters from '../../../../src/plugins/builtin/video-filters/index.js';
import { renderNode } from '../../../../src/testing/index.js';

const pluginVideo = builtinNodes.find(({ type }) => type === 'plugin.video')!;
const inputs = { video: { video: () => ({ source: 'testsrc2=s=96x64' }) } };
const use = (filters: unknown[]) => [{ plugin: videoFilters, config: { filters } }];

async function through(filters: unknown[], later?: unknown[]) {
  const { outputs, events, problems } = await renderNode(pluginVideo, {
    inputs,
    plugins: use(filters),
    ...(later && { pluginChanges: [{ atMs: 100, plugins: use(later) }] }),
    durationMs: 200,
  });
  expect([events, problems]).toEqual([[], []]);
  return outputs['video']!.pictures;
}

describe('video-filters', () => {
  it.each(Object.keys(VIDEO_FILTERS))('%s is the node of that name, pixel by pixel', async (name) => {
    const alone = await renderNode(VIDEO_FILTERS[name]!, { inputs, durationMs: 60 });
    const [picture] = await through([name]);
    const [expected] = alone.outputs['video']!.pictures;
    expect([picture!.y, picture!.u, picture!.v]).toEqual([expected!.y, expected!.u, expected!.v]);
  });

  it('chains them, and takes others from one picture to the next', async () => {
    const pictures = await through(['grayscale', { filter: 'sepia', amount: 0.5 }], []);
    const [first] = pictures;
    const last = pictures.at(-1)!;
    const untouched = await renderNode(pluginVideo, { inputs, durationMs: 60 });
    expect(last.u).toEqual(untouched.outputs['video']!.pictures[0]!.u);
    expect(first!.u).not.toEqual(last.u);
    expect(pictures.length).toBeGreaterThanOrEqual(5);
  });

  it('gives every picture back', async () => {
    const before = livePictures();
    await through(['blur', 'sepia', { filter: 'blur', sigmaPx: 0 }], [{ filter: 'blur', sigmaPx: 0 }]);
    expect(livePictures()).toBe(before);
  });

  it('refuses what there is not', () => {
    for (const filters of [['blurr'], [{ filter: 'blur', sigma: 3 }], [{ filter: 'sepia', amount: 2 }]])
      expect(videoFilters.config.safeParse({ filters }).success).toBe(false);
  });
});
