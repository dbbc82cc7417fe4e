import { problem, reasonOf, type Problem } from '../../errors.js';
import type { Scheduler } from '../../time/scheduler.js';
import type { ActivePlugin, ActivePlugins, PluginMeter, PluginStats, StagePlace } from '../active-plugins.js';
import type { NodeEvent } from '../context.js';
import type { PluginChain, PluginChainEntry, PluginMediaSupply } from '../plugin-media.js';
import { CurrentSource } from './hot-source.js';

/** Faults of one plugin are told at most this often, together. */
const REPORT_EVERY_MS = 1000;
/** So many facts a second a plugin may tell. */
const MOST_TOLD = 50;

/** What the plugins of a running graph need of it. */
export interface PluginRosterOptions {
  /** The graph's id. */
  readonly graph: string;
  readonly scheduler: Scheduler;
  /** Where their code is. */
  readonly supply: PluginMediaSupply | undefined;
  /** Reads a clock in microseconds. Default: the scheduler's in real time, none otherwise. */
  readonly clock: (() => number) | undefined;
  readonly event: (event: NodeEvent & { readonly node?: string }) => void;
  /** Told what a listener of the list threw. */
  readonly onError: (error: unknown) => void;
}

/** What is counted of one plugin. */
class Figures implements PluginMeter {
  faults = 0;
  slow = 0;
  leaked = 0;
  timed = 0;
  totalUs = 0;
  longestUs = 0;
  dropped = 0;
  readonly bypassedIn = new Map<string, number>();
  /** Facts told in the second that began at `toldSinceUs`. */
  told = 0;
  toldSinceUs = -Infinity;
  /** Faults that were not told yet, and the last of them. */
  untold = 0;
  untoldLast: (NodeEvent & { readonly node?: string }) | undefined;
  lastToldUs = -Infinity;
  cancel: (() => void) | undefined;
}

/** The plugins of a running graph: which are active, in which order, and what was counted of each. It outlives changes of the graph. */
export class PluginRoster implements ActivePlugins {
  readonly graph: string;
  readonly clock: (() => number) | undefined;
  readonly list$: CurrentSource<readonly ActivePlugin[]>;
  readonly #options: PluginRosterOptions;
  readonly #figures = new Map<string, Figures>();
  #closed = false;

  /** @param options what it needs of the graph. */
  constructor(options: PluginRosterOptions) {
    this.#options = options;
    const { graph, scheduler, clock } = options;
    this.graph = graph;
    this.clock = clock ?? (scheduler.kind === 'realtime' ? () => scheduler.nowUs() : undefined);
    this.list$ = new CurrentSource<readonly ActivePlugin[]>([], options.onError);
  }

  /** Other plugins, or the same in another order or with other configs, from now on. */
  set(chain: PluginChain): void {
    if (this.#closed) return;
    const before = new Map(this.list$.value.map((active) => [active.entry.key, active]));
    const active = chain.filter(({ enabled }) => enabled).flatMap((entry) => this.#activate(entry, before.get(entry.key)) ?? []);
    this.list$.next(active);
  }

  /** Figures by key, of every plugin that was ever active here. */
  stats(): Readonly<Record<string, PluginStats>> {
    const shown = [...this.#figures].map(([key, figures]): [string, PluginStats] => {
      const { faults, slow, leaked, dropped, timed, totalUs, longestUs, bypassedIn } = figures;
      const meanUs = timed === 0 ? 0 : Math.round((totalUs / timed) * 10) / 10;
      return [key, { faults, slow, leaked, dropped, timed, meanUs, longestUs, bypassedIn: [...bypassedIn.keys()] }];
    });
    return Object.fromEntries(shown);
  }

  /** Tells what is still untold. */
  close(): void {
    this.#closed = true;
    for (const figures of this.#figures.values()) this.#flush(figures);
  }

  faulted(plugin: ActivePlugin, place: StagePlace, what: Problem): void {
    const figures = this.#of(plugin.entry);
    figures.faults++;
    figures.untold++;
    figures.untoldLast = { type: 'plugin.faulted', ...this.#place(plugin, place), problem: what };
    if (figures.cancel) return;
    const { scheduler } = this.#options;
    const waitMs = this.#closed ? 0 : REPORT_EVERY_MS - (scheduler.nowUs() - figures.lastToldUs) / 1000;
    if (waitMs <= 0) return this.#flush(figures);
    figures.cancel = scheduler.after(waitMs, () => this.#flush(figures));
  }

  bypassed(plugin: ActivePlugin, place: StagePlace, what: Problem): void {
    const figures = this.#of(plugin.entry);
    this.#flush(figures);
    figures.bypassedIn.set(place.node, (figures.bypassedIn.get(place.node) ?? 0) + 1);
    this.#options.event({ type: 'plugin.bypassed', ...this.#place(plugin, place), problem: what });
  }

  retried({ entry }: ActivePlugin, { node }: StagePlace): void {
    const { bypassedIn } = this.#of(entry);
    const places = (bypassedIn.get(node) ?? 0) - 1;
    if (places > 0) bypassedIn.set(node, places);
    else bypassedIn.delete(node);
  }

  told(plugin: ActivePlugin, what: string, data: Readonly<Record<string, unknown>>): void {
    const copy = plainCopy(what, data);
    const figures = this.#of(plugin.entry);
    const nowUs = this.#options.scheduler.nowUs();
    if (nowUs - figures.toldSinceUs >= 1_000_000) {
      figures.toldSinceUs = nowUs;
      figures.told = 0;
    }
    if (++figures.told > MOST_TOLD) figures.dropped++;
    else if (!this.#closed) this.#options.event({ type: 'plugin.told', plugin: plugin.entry.key, what, data: copy });
  }

  #activate(entry: PluginChainEntry, before: ActivePlugin | undefined): ActivePlugin | undefined {
    const { supply } = this.#options;
    const media = before && before.entry.module === entry.module ? before.media : supply?.find(entry.module);
    if (!media) return this.#unusable(entry, 'this media host does not have its code');
    try {
      const checked = media.config.safeParse(entry.config);
      if (checked.success) return { entry, media, config: checked.data, meter: this.#of(entry) };
      const [issue] = checked.error.issues;
      return this.#unusable(entry, `its config does not fit: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
    } catch (error) {
      return this.#unusable(entry, reasonOf(error));
    }
  }

  #unusable({ plugin, key }: PluginChainEntry, reason: string): undefined {
    const what = problem('PLUGIN_FAULT', { where: 'the media side', plugin, reason });
    this.#options.event({ type: 'plugin.faulted', plugin: key, where: 'media', problem: what, count: 1 });
    return undefined;
  }

  #place({ entry }: ActivePlugin, { kind, node, participantId, personalMixOf }: StagePlace) {
    return {
      plugin: entry.key,
      where: kind,
      node,
      ...(participantId !== undefined && { participantId }),
      ...(personalMixOf !== undefined && { personalMixOf }),
    };
  }

  #flush(figures: Figures): void {
    figures.cancel?.();
    figures.cancel = undefined;
    if (figures.untold === 0 || !figures.untoldLast) return;
    const event = { ...figures.untoldLast, count: figures.untold };
    figures.untold = 0;
    figures.lastToldUs = this.#options.scheduler.nowUs();
    this.#options.event(event);
  }

  #of({ key }: PluginChainEntry): Figures {
    let figures = this.#figures.get(key);
    if (!figures) this.#figures.set(key, (figures = new Figures()));
    return figures;
  }
}

/** @throws TypeError when it is no plain JSON. */
function plainCopy(what: unknown, data: unknown): Readonly<Record<string, unknown>> {
  if (typeof what !== 'string' || what === '') throw new TypeError('tell: what is told needs a name');
  let copy: unknown;
  try {
    copy = JSON.parse(JSON.stringify(data));
  } catch (error) {
    throw new TypeError(`tell: "${what}" is no plain JSON: ${reasonOf(error)}`, { cause: error });
  }
  if (typeof copy !== 'object' || copy === null) throw new TypeError(`tell: the data of "${what}" must be an object`);
  return copy as Readonly<Record<string, unknown>>;
}
