import { FilterGraph, type FilterContext, type Frame } from 'node-av/lib';
import { AVERROR_EAGAIN, AVERROR_EOF, AV_PIX_FMT_NONE } from 'node-av/constants';
import type { VideoContent } from '../../video-frame.js';
import { avReason, setAvLogQuiet } from '../native.js';
import type { FilterWork } from './filter-work.js';
import { giveFrame, Picture, takeFrame } from './picture.js';

/** One work in a graph, with the labels of what goes in. */
export interface GraphStep {
  readonly work: FilterWork;
  readonly inputs: readonly string[];
  /** Its filters cannot be built: its first input goes through. */
  broken: boolean;
}

/** What is to be computed: steps over leaves, in an order in which each step comes behind its inputs. */
export interface GraphShape {
  readonly leaves: VideoContent[];
  readonly steps: GraphStep[];
  /** The label of the result. */
  root: string;
}

/** What must stay the same of a picture for the same graph to take it. */
export function leafSpec({ native }: Picture): string {
  const { num, den } = native.sampleAspectRatio;
  const aspect = num > 0 && den > 0 ? `${num}/${den}` : '1/1';
  const size = `video_size=${native.width}x${native.height}:pix_fmt=${native.format}`;
  return `${size}:pixel_aspect=${aspect}:colorspace=${native.colorSpace}:range=${native.colorRange}:time_base=1/1000000`;
}

/** A configured graph of FFmpeg's picture filters, with an entry for each leaf. Close it. */
export class PictureGraph {
  readonly #graph = new FilterGraph();
  readonly #specs: readonly string[];
  readonly #keys: readonly string[];
  readonly #sources: FilterContext[] = [];
  #sink!: FilterContext;
  #works: readonly FilterWork[];
  #broken: string | undefined;

  private constructor(shape: GraphShape, specs: readonly string[]) {
    this.#specs = specs;
    this.#keys = keysOf(shape);
    this.#works = shape.steps.map(({ work }) => work);
  }

  /** Builds a graph; it is of use when {@link config} has no complaint. @param finish filters behind the result. */
  static create(shape: GraphShape, leaves: readonly Picture[], finish: string | undefined): PictureGraph {
    setAvLogQuiet();
    const specs = leaves.map(leafSpec);
    const made = new PictureGraph(shape, specs);
    try {
      made.#build(shape, specs, finish);
    } catch (error) {
      made.#broken = error instanceof Error ? error.message : String(error);
    }
    return made;
  }

  /** Whether it computes that shape of such pictures; live values may differ. */
  fits(shape: GraphShape, leaves: readonly Picture[]): boolean {
    const specs = this.#specs;
    if (specs.length !== leaves.length || this.#keys.length !== shape.steps.length + 1) return false;
    const keys = keysOf(shape);
    return keys.every((key, i) => key === this.#keys[i]) && leaves.every((leaf, i) => leafSpec(leaf) === specs[i]);
  }

  /** Joins its filters. Returns why that cannot be; undefined: it can be used. */
  configSync(): string | undefined {
    return this.#broken ?? reason(this.#graph.configSync());
  }

  /** As {@link configSync}, in FFmpeg's threads. */
  async config(): Promise<string | undefined> {
    return this.#broken ?? reason(await this.#graph.config());
  }

  /** Computes one picture; undefined: the filters gave none for this one. @throws Error when a filter fails. */
  runSync(shape: GraphShape, leaves: readonly Picture[], ptsUs: number): Picture | undefined {
    this.#send(shape, leaves, ptsUs);
    let newest: Picture | undefined;
    for (;;) {
      const frame = takeFrame();
      const next = this.#received(this.#sink.buffersinkGetFrameSync(frame), frame);
      if (!next) return newest;
      newest?.release();
      newest = next;
    }
  }

  /** As {@link runSync}, in FFmpeg's threads. */
  async run(shape: GraphShape, leaves: readonly Picture[], ptsUs: number): Promise<Picture | undefined> {
    this.#send(shape, leaves, ptsUs);
    const frame = takeFrame();
    let newest = this.#received(await this.#sink.buffersinkGetFrame(frame), frame);
    // Filters with one picture for each are asked once more only where they may have several.
    while (newest && shape.steps.some(({ work }) => !work.still)) {
      const more = takeFrame();
      const next = this.#received(await this.#sink.buffersinkGetFrame(more), more);
      if (!next) break;
      newest.release();
      newest = next;
    }
    return newest;
  }

  /** The size of what comes out, once it is configured. */
  get size(): { width: number; height: number } {
    return { width: this.#sink.buffersinkGetWidth(), height: this.#sink.buffersinkGetHeight() };
  }

  /** Frees everything. Not while one of its promises is pending. */
  close(): void {
    this.#graph.free();
  }

  #build(shape: GraphShape, specs: readonly string[], finish: string | undefined): void {
    const graph = this.#graph;
    graph.alloc();
    graph.nbThreads = 1;
    const sources = specs.map((spec, i) => `buffer@in${i}=${spec}[i${i}]`);
    const steps = shape.steps.map(({ work, inputs, broken }, i) =>
      broken ? passFirst(inputs, `s${i}`) : work.text(inputs, `s${i}`, `w${i}f`),
    );
    const root = shape.steps.length > 0 ? `s${shape.steps.length - 1}` : shape.root;
    const used = new Set([root, ...shape.steps.flatMap(({ inputs }) => inputs)]);
    const made = [...specs.map((_, i) => `i${i}`), ...shape.steps.map((_, i) => `s${i}`)];
    const loose = made.filter((label) => !used.has(label)).map((label) => `[${label}]nullsink`);
    const parsed = graph.parsePtr(
      [...sources, ...steps, ...loose, `[${root}]${finish ?? 'null'},buffersink@out`].join(';'),
      null,
      null,
    );
    if (parsed < 0) throw new Error(`FFmpeg cannot read it: ${avReason(parsed)}`);
    specs.forEach((_, i) => this.#sources.push(this.#find(`buffer@in${i}`)));
    this.#sink = this.#find('buffersink@out');
  }

  #find(name: string): FilterContext {
    const found = this.#graph.getFilter(name);
    if (!found) throw new Error(`the graph has no ${name}`);
    return found;
  }

  #send(shape: GraphShape, leaves: readonly Picture[], ptsUs: number): void {
    this.#tune(shape);
    leaves.forEach((leaf, i) => {
      const frame = takeFrame();
      frame.ref(leaf.native);
      frame.pts = BigInt(ptsUs);
      const code = this.#sources[i]!.buffersrcAddFrameSync(frame);
      giveFrame(frame);
      if (code < 0) throw new Error(`a filter took no picture: ${avReason(code)}`);
    });
  }

  /** Gives running filters what has changed of their live values. */
  #tune(shape: GraphShape): void {
    const before = this.#works;
    let changed = false;
    shape.steps.forEach(({ work, broken }, step) => {
      const old = before[step]!;
      if (work === old) return;
      changed = true;
      if (broken) return;
      work.live.forEach(({ filter, name, command, value }, i) => {
        if (old.live[i]?.value !== value) this.#graph.sendCommand(`${name}@w${step}f${filter}`, command, value);
      });
    });
    if (changed) this.#works = shape.steps.map(({ work }) => work);
  }

  #received(code: number, frame: Frame): Picture | undefined {
    if (code >= 0 && frame.format !== AV_PIX_FMT_NONE) return new Picture(frame);
    giveFrame(frame);
    if (code < 0 && code !== AVERROR_EAGAIN && code !== AVERROR_EOF) throw new Error(`a filter failed: ${avReason(code)}`);
    return undefined;
  }
}

function keysOf(shape: GraphShape): string[] {
  return [...shape.steps.map(({ work, inputs, broken }) => `${broken ? '!' : ''}${inputs.join()}>${work.key}`), shape.root];
}

/** In place of filters that cannot be built. */
function passFirst([first, ...others]: readonly string[], output: string): string {
  return [`[${first}]null[${output}]`, ...others.map((label) => `[${label}]nullsink`)].join(';');
}

function reason(code: number): string | undefined {
  return code < 0 ? avReason(code) : undefined;
}
