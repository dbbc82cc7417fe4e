import { filterValue } from '../filter-syntax.js';

/** A parameter that running filters take without being built anew. */
export interface LiveValue {
  /** The filter's place in the work, from 0. */
  readonly filter: number;
  /** The filter's name. */
  readonly name: string;
  /** The parameter's. */
  readonly command: string;
  /** Its present value. */
  readonly value: string;
}

/** What is to be done to pictures by FFmpeg's filters. A value: it never changes, so that a recipe may outlive the options it was made by. */
export interface FilterWork {
  /** Works of the same key differ in live values only: filters that were built for one go on with the other. */
  readonly key: string;
  /** Whether the same pictures always give the same result; otherwise it depends on the time, or on pictures before. */
  readonly still: boolean;
  /** The parameters that may change while the filters run. */
  readonly live: readonly LiveValue[];
  /**
   * The filters in FFmpeg's syntax.
   *
   * @param inputs labels of the pictures that go in, without brackets. @param output the label of what comes out.
   * @param id ends in no digit; unique in the graph: a filter that takes live values is called `name@<id><place>`.
   */
  text(inputs: readonly string[], output: string, id: string): string;
  /** The size of what comes out. Default: that of the first input. */
  size?(inputs: readonly Size[]): Size;
  /** Told why its filters cannot be built for what goes in; the first input then goes through as it is. */
  failed?(reason: string): void;
}

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** One filter with its options, for {@link filterWork}. */
export interface FilterUse {
  /** FFmpeg's name of it. */
  readonly name: string;
  /** Its options. */
  readonly options?: Readonly<Record<string, string | number>>;
  /** Those that it takes by a command while it runs. */
  readonly live?: Readonly<Record<string, string | number>>;
}

/** What else a {@link filterWork} says of itself. */
export type WorkSettings = Partial<Pick<FilterWork, 'still' | 'size' | 'failed'>>;

/** Filters in a row, with one input and one output. */
export function filterWork(uses: readonly FilterUse[], settings: WorkSettings = {}): FilterWork {
  const live = uses.flatMap(({ name, live: values = {} }, filter) =>
    Object.entries(values).map(([command, value]) => ({ filter, name, command, value: String(value) })),
  );
  const fixed = uses.map(({ name, options = {}, live: values = {} }) => [name, options, Object.keys(values)]);
  return {
    still: true,
    ...settings,
    key: JSON.stringify(fixed),
    live,
    text(inputs, output, id) {
      const chain = uses.map(({ name, options = {}, live: values = {} }, i) => {
        const args = Object.entries({ ...options, ...values }).map(([key, value]) => `${key}=${plain(value)}`);
        return `${name}@${id}${i}${args.length > 0 ? `=${args.join(':')}` : ''}`;
      });
      return `[${inputs[0]}]${chain.length > 0 ? chain.join(',') : 'null'}[${output}]`;
    },
  };
}

/** A graph with any number of inputs, written by a function. Its key must tell it from every other. */
export function graphWork(
  key: string,
  text: FilterWork['text'],
  settings: WorkSettings & { live?: readonly LiveValue[] } = {},
): FilterWork {
  return { still: true, live: [], ...settings, key, text };
}

function plain(value: string | number): string {
  return /^[\w.+-]+$/.test(String(value)) ? String(value) : filterValue(String(value));
}
