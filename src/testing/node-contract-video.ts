import type { NodeDefinition } from '../graph/define-node.js';
import type { NodeInput, RenderedNode, RenderNodeSettings } from './rendered.js';
import type { VideoInput, VideoStep } from './video-script.js';

/** Runs a node with each of its video inputs fed so. */
type Go = (settings: RenderNodeSettings) => Promise<RenderedNode>;

/**
 * The clauses of the contract about pictures. That every share is given back, and nothing used after that, is looked after by
 * `renderNode` in each of them.
 */
export function videoClauses(definition: NodeDefinition, go: Go): { name: string; check: () => Promise<void> }[] {
  const inputs = Object.entries(definition.inputs).filter(([, { kind }]) => kind === 'video');
  const outputs = Object.entries(definition.outputs).filter(([, { kind, arity }]) => kind === 'video' && arity !== 'many');
  if (inputs.length + outputs.length === 0) return [];
  const fed = (video: VideoInput['video']): Record<string, NodeInput> =>
    Object.fromEntries(
      inputs.map(([name, { arity }]) => [name, arity === 'many' ? { branches: { one: { video } } } : { video }]),
    );
  const clauses = [
    {
      name: 'gives every picture back, and at most one on each tick, at rising times',
      check: async () => {
        for (const durationMs of [0, 40, 400]) risingPictures(outputs, await go({ inputs: fed('grey'), durationMs }));
      },
    },
  ];
  if (inputs.length === 0) return clauses;
  clauses.push(
    {
      name: 'copes with no picture, one, gaps, another size, and an error of its pictures',
      check: async () => {
        for (const script of SCRIPTS) {
          const rendered = await go({ inputs: fed(script), durationMs: 300 });
          if (rendered.problems.length > 0) throw new Error('a clean-up function threw', { cause: rendered.problems[0] });
          risingPictures(outputs, rendered);
        }
      },
    },
    {
      name: 'ends when its pictures do',
      check: async () => {
        const audio = Object.entries(definition.inputs).filter(([, { kind }]) => kind === 'audio');
        const silent = Object.fromEntries(
          audio.map(([name, { arity }]) => [name, arity === 'many' ? { branches: {} } : new Float32Array(960)]),
        );
        const rendered = await go({ inputs: { ...silent, ...fed(ended(3)) }, durationMs: 2000 });
        for (const [name, output] of Object.entries(rendered.outputs))
          if (!output.end) throw new Error(`output "${name}" went on after its pictures had ended`);
        if (Object.keys(rendered.outputs).length === 0 && !rendered.finished)
          throw new Error('the sink did not call ctx.finish() after its pictures had ended');
      },
    },
  );
  return clauses;
}

const ended =
  (after: number) =>
  (tick: number): VideoStep =>
    tick < after ? {} : 'complete';

const SCRIPTS: readonly ((tick: number) => VideoStep)[] = [
  ended(0),
  ended(1),
  () => 'none',
  (tick) => (tick % 3 === 0 ? 'none' : {}),
  (tick) => (tick < 4 ? {} : { width: 32, height: 64, yuv: [200, 90, 160] }),
  (tick) => (tick < 2 ? {} : new Error('the error of the pictures')),
];

function risingPictures(outputs: readonly (readonly [string, unknown])[], rendered: RenderedNode): void {
  for (const [name] of outputs) {
    const { pictures } = rendered.outputs[name]!;
    pictures.forEach((picture, i) => {
      const before = pictures[i - 1];
      if (before && before.tick >= picture.tick) throw new Error(`output "${name}" gave two pictures on tick ${picture.tick}`);
      if (before && before.ptsUs >= picture.ptsUs) throw new Error(`output "${name}": time stands still at tick ${picture.tick}`);
    });
  }
}
