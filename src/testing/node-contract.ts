import type { NodeDefinition } from '../graph/define-node.js';
import type { PortSpec } from '../graph/ports.js';
import { frameDurationUs } from '../media/frame.js';
import type { AudioInput } from './audio-script.js';
import { marbles } from './marbles.js';
import type { NodeInput, RenderedAudio, RenderedNode, RenderNodeSettings } from './rendered.js';
import { videoClauses } from './node-contract-video.js';
import { renderNode } from './render-node.js';

/** One clause of the contract: give `name` and `run` to any test runner. `run` rejects with the reason. */
export interface ContractCase {
  /** What is held, as a sentence's end: "disposes without a problem". */
  readonly name: string;
  /** Checks it. */
  run(): Promise<void>;
}

/** What the contract needs to know of a node. */
export interface NodeContractSettings {
  /** Options to run it with; default its own. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** A live change of options, to be made while a tone plays: must not click. Without it that case is left out. */
  readonly change?: Readonly<Record<string, unknown>>;
  /** The largest jump between two samples that is no click, while a sine of 200 Hz and 0.25 plays; default 0.05. */
  readonly largestStep?: number;
  /** The graph among its options, for types that have one. */
  readonly subgraph?: RenderNodeSettings['subgraph'];
  /** The call, for nodes that need one. */
  readonly gateway?: RenderNodeSettings['gateway'];
  /**
   * Frame sizes that must give the samples that frames of 20 ms give, in samples; default 96 and 15. None for nodes that follow 20 ms
   * frames only, such as codecs.
   */
  readonly frameSizes?: readonly number[];
  /** Plugins that work in it, for nodes that run plugins. */
  readonly plugins?: RenderNodeSettings['plugins'];
}

type Check = (render: (settings?: RenderNodeSettings, audio?: AudioInput) => Promise<RenderedNode>) => Promise<void>;

/**
 * The contract every node keeps, as cases for any test runner. In all of them borrowed frames are spoilt after use, so that
 * keeping one, or writing to an input, fails.
 *
 * @example
 * ```ts
 * for (const { name, run } of nodeContract(gain)) it(name, run);
 * ```
 */
export function nodeContract(definition: NodeDefinition, settings: NodeContractSettings = {}): ContractCase[] {
  const audioIn = Object.entries(definition.inputs).filter(([, spec]) => spec.kind === 'audio');
  const audioOut = Object.entries(definition.outputs).filter(([, spec]) => spec.kind === 'audio' && spec.arity !== 'many');
  const render = (more: RenderNodeSettings = {}, audio?: AudioInput) =>
    renderNode(definition, {
      ...(settings.options ? { options: settings.options } : {}),
      ...(settings.gateway ? { gateway: settings.gateway } : {}),
      ...(settings.plugins ? { plugins: settings.plugins } : {}),
      ...(settings.subgraph ? { subgraph: settings.subgraph } : {}),
      durationMs: 200,
      ...more,
      ...(audio === undefined
        ? {}
        : { inputs: Object.fromEntries(audioIn.map(([name, spec]) => [name, inputFor(spec, audio)])) }),
    });
  const cases: ContractCase[] = [];
  const hold = (name: string, check: Check) => cases.push({ name, run: () => check(render) });
  const outputs = (rendered: RenderedNode) => audioOut.map(([name]) => [name, rendered.outputs[name]!] as const);

  hold('disposes without a problem, also when stopped early', async (go) => {
    for (const durationMs of [0, 20, 200]) {
      const { problems } = await go({ durationMs }, sine);
      if (problems.length > 0) throw new Error('a clean-up function threw', { cause: problems[0] });
    }
  });
  hold('gives frames whose times rise by their duration, at most one each tick', async (go) => {
    const rendered = await go({}, sine);
    for (const [name, output] of outputs(rendered)) risingTimes(name, output);
  });
  for (const { name, check } of videoClauses(definition, (more) => render(more))) cases.push({ name, run: check });
  if (audioIn.length === 0) return cases;

  hold('copes with nothing, an empty input, one frame, gaps, and an error', async (go) => {
    for (const drawing of ['', '|', 'a|', '--a-a|', '0|', 'aa#', '#']) {
      const { problems } = await go({}, marbles(drawing));
      if (problems.length > 0) throw new Error(`a clean-up function threw at "${drawing}"`, { cause: problems[0] });
    }
  });
  hold('ends when its inputs do', async (go) => {
    for (const drawing of ['|', 'aa|', '00|']) {
      const rendered = await go({}, marbles(drawing));
      for (const [name, output] of Object.entries(rendered.outputs)) {
        if (!output.end) throw new Error(`output "${name}" went on after the inputs had ended ("${drawing}")`);
      }
      if (Object.keys(rendered.outputs).length === 0 && !rendered.finished) {
        throw new Error(`the sink did not call ctx.finish() after its inputs had ended ("${drawing}")`);
      }
    }
  });
  hold('gives only silence for silence', async (go) => {
    const rendered = await go({}, 'silence');
    for (const [name, { frames }] of outputs(rendered)) {
      const heard = frames.find((frame) => !frame.silent);
      if (heard) throw new Error(`output "${name}" is not marked silent at tick ${heard.tick}, though all its inputs are`);
    }
  });
  hold('recovers from NaN and infinity', async (go) => {
    const bad: AudioInput = (i) => (i === 700 ? NaN : i === 900 ? Infinity : sine(i));
    const rendered = await go({ durationMs: 400 }, bad);
    for (const [name, { frames }] of outputs(rendered)) {
      const broken = frames.find((frame) => frame.tick > 10 && frame.planes.some((plane) => !plane.every(Number.isFinite)));
      if (broken)
        throw new Error(`output "${name}" still holds NaN or infinity at tick ${broken.tick}, long after the input did`);
    }
  });
  // An odd one too: what works on several samples at once must work on the rest as well.
  const { frameSizes = [96, 15] } = settings;
  if (frameSizes.length > 0 && audioOut.length > 0) {
    hold('gives the same whatever the frame size', async (go) => {
      const large = await go({ durationMs: 240 }, noisy);
      for (const frameSamples of frameSizes) {
        const small = await go({ durationMs: 240, frameSamples }, noisy);
        for (const [name, output] of outputs(large)) sameSamples(name, output, small.outputs[name]!);
      }
    });
  }
  const { change, largestStep = 0.05 } = settings;
  if (change) {
    hold('changes its options without a click', async (go) => {
      const rendered = await go({ durationMs: 400, optionChanges: [{ atMs: 200, options: change }] }, sine);
      for (const [name, output] of outputs(rendered)) noClick(name, output, largestStep);
    });
  }
  return cases;
}

const sine = (sample: number) => 0.25 * Math.sin((2 * Math.PI * 200 * sample) / 48_000);

/** A signal that never repeats within a test, from nothing but arithmetic. */
const noisy = (sample: number, channel = 0) => {
  const x = Math.sin((sample + 1) * (12.9898 + channel)) * 43758.5453;
  return 0.5 * (x - Math.floor(x) - 0.5);
};

function inputFor(spec: PortSpec, audio: AudioInput): NodeInput {
  return spec.arity === 'many' ? { branches: { one: { audio } } } : audio;
}

function risingTimes(name: string, { frames }: RenderedAudio): void {
  frames.forEach((frame, i) => {
    const before = frames[i - 1];
    if (!before) return;
    if (before.tick === frame.tick) throw new Error(`output "${name}" gave two frames on tick ${frame.tick}`);
    const wanted = before.ptsUs + frameDurationUs(before) * (frame.tick - before.tick);
    if (Math.abs(frame.ptsUs - wanted) > 1) {
      throw new Error(`output "${name}": the frame of tick ${frame.tick} has ptsUs ${frame.ptsUs}, not ${wanted}`);
    }
  });
}

function sameSamples(name: string, a: RenderedAudio, b: RenderedAudio): void {
  if (a.planes.length === 0) throw new Error(`output "${name}" gave no frames`);
  a.planes.forEach((plane, c) => {
    const other = b.planes[c] ?? new Float32Array(0);
    if (plane.length !== other.length)
      throw new Error(`output "${name}" has ${plane.length} or ${other.length} samples by frame size`);
    const at = plane.findIndex((x, i) => !(Math.abs(x - other[i]!) <= 1e-6));
    if (at >= 0) throw new Error(`output "${name}" differs by frame size from sample ${at} on: ${plane[at]} and ${other[at]}`);
  });
}

function noClick(name: string, { planes }: RenderedAudio, largest: number): void {
  for (const plane of planes) {
    const at = plane.findIndex((x, i) => i > 0 && !(Math.abs(x - plane[i - 1]!) <= largest));
    if (at > 0) throw new Error(`output "${name}" jumps from ${plane[at - 1]} to ${plane[at]} at sample ${at}`);
  }
}
