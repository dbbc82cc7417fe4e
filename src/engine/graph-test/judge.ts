import type { GraphEvent, GraphStats } from '../../graph/run/graph-events.js';
import type { CounterName } from '../../graph/context.js';
import { dominantFrequencyHz, goertzelDb, peakDb, rmsDb } from '../../media/dsp/measure.js';
import { LoudnessMeter } from '../../media/dsp/loudness-meter.js';
import { countClicks } from './clicks.js';
import type { Recording } from './probes.js';
import type { Expectation } from './test-file.js';

/** Everything a run left behind for its expectations. */
export interface Evidence {
  /** By wire; the empty name is what the call hears. */
  readonly recordings: ReadonlyMap<string, Recording>;
  /** Every event with its time. */
  readonly events: readonly { readonly atUs: number; readonly event: GraphEvent }[];
  /** Figures at the end. */
  readonly stats: GraphStats;
  /** Packets sent to the call. */
  readonly packets: number;
  /** States of playback machines at the times that were asked for, by `node@sec`. */
  readonly states: ReadonlyMap<string, readonly string[]>;
}

/** One expectation, judged. */
export interface Verdict {
  readonly passed: boolean;
  /** What was expected and what came, as a sentence. */
  readonly text: string;
}

interface Finding {
  readonly passed: boolean;
  readonly text: string;
}

type Range = { readonly min?: number | undefined; readonly max?: number | undefined };

/** What counts as silence: below −80 dBFS. */
const SILENCE_DB = -80;

/** Judges one expectation. All its parts must hold. */
export function judge(expected: Expectation, evidence: Evidence): Verdict {
  const findings = [...sound(expected, evidence), ...facts(expected, evidence)];
  if (findings.length === 0) return { passed: false, text: 'it expects nothing: give it something to measure' };
  const where = expected.about === undefined ? place(expected) : expected.about;
  return { passed: findings.every(({ passed }) => passed), text: `${where}: ${findings.map(({ text }) => text).join('; ')}` };
}

function place({ wire, fromSec, toSec, node }: Expectation): string {
  const what = node ?? wire ?? 'output';
  if (fromSec === 0 && toSec === undefined) return what;
  return toSec === undefined ? `${what} from ${fromSec} s` : `${what} from ${fromSec} s to ${toSec} s`;
}

function sound(expected: Expectation, { recordings }: Evidence): Finding[] {
  const recording = recordings.get(expected.wire ?? '');
  const wanted = [expected.rmsDb, expected.peakDb, expected.lufs, expected.silence, expected.frequencyHz, expected.level];
  const any = wanted.some((part) => part !== undefined) || expected.clicks !== undefined || expected.seconds !== undefined;
  if (!any) return [];
  if (!recording) return [{ passed: false, text: 'no sound leaves there' }];
  const { fromSec, toSec = Infinity } = expected;
  const left = recording.samples(fromSec, toSec, 0);
  const right = recording.samples(fromSec, toSec, 1);
  const findings: Finding[] = [];
  const measure = (range: Range | undefined, name: string, unit: string, value: () => number): void => {
    if (range) findings.push(within(range, name, unit, value()));
  };
  measure(expected.seconds, 'length', 's', () => recording.seconds);
  if (left.length === 0 && any && expected.seconds === undefined)
    return [{ passed: false, text: 'there is no sound at that time' }];
  measure(expected.rmsDb, 'rms', 'dB', () => mean(rmsDb(left), rmsDb(right)));
  measure(expected.peakDb, 'peak', 'dB', () => Math.max(peakDb(left), peakDb(right)));
  measure(expected.lufs, 'loudness', 'LUFS', () => lufs(left, right));
  measure(expected.frequencyHz, 'loudest frequency', 'Hz', () => dominantFrequencyHz(left, 48_000));
  measure(expected.clicks, 'clicks', '', () => Math.max(countClicks(left), countClicks(right)));
  const { level, silence } = expected;
  if (level) {
    const db = Math.max(goertzelDb(left, level.hz, 48_000), goertzelDb(right, level.hz, 48_000));
    findings.push(within(level, `level at ${level.hz} Hz`, 'dB', db));
  }
  if (silence !== undefined) {
    const db = Math.max(peakDb(left), peakDb(right));
    findings.push({
      passed: db < SILENCE_DB === silence,
      text: `peak ${figure(db)} dB, ${silence ? '' : 'not '}silence expected`,
    });
  }
  return findings;
}

function facts(expected: Expectation, evidence: Evidence): Finding[] {
  const { event, counter, machine, node, packets, fromSec, toSec = Infinity } = expected;
  const findings: Finding[] = [];
  if (event !== undefined) {
    const found = evidence.events.filter(
      ({ atUs, event: given }) =>
        given.type === event &&
        (node === undefined || given.node === node) &&
        atUs >= fromSec * 1e6 &&
        atUs <= toSec * 1e6 &&
        contains(given, expected.with ?? {}),
    );
    findings.push(within(expected.count ?? { min: 1 }, `${event} events`, '', found.length));
  }
  if (counter !== undefined) {
    const stats = evidence.stats.nodes[node ?? ''];
    const value = stats?.counters[counter as CounterName] ?? 0;
    if (!stats) findings.push({ passed: false, text: `no node is called "${node ?? ''}"` });
    else findings.push(within(expected.count ?? { max: 0 }, counter, '', value));
  }
  if (machine !== undefined) {
    const states = evidence.states.get(`${node ?? ''}@${fromSec}`) ?? ['unknown'];
    const passed = states.includes(machine);
    findings.push({ passed, text: `its machine is in ${states.join(' › ')}${passed ? '' : `, not in ${machine}`}` });
  }
  if (packets) findings.push(within(packets, 'packets', '', evidence.packets));
  return findings;
}

function within(range: Range, name: string, unit: string, value: number): Finding {
  const { min = -Infinity, max = Infinity } = range;
  const passed = value >= min && value <= max;
  const suffix = unit === '' ? '' : ` ${unit}`;
  const bounds =
    min === max
      ? figure(min)
      : max === Infinity
        ? `at least ${figure(min)}`
        : min === -Infinity
          ? `at most ${figure(max)}`
          : `${figure(min)} … ${figure(max)}`;
  return { passed, text: `${name} ${figure(value)}${suffix} (${bounds}${suffix})` };
}

function figure(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : value < 0 ? '−∞' : 'not a number';
  return String(Number(value.toFixed(2))).replace('-', '−');
}

/** The level of both channels together from that of each. */
function mean(leftDb: number, rightDb: number): number {
  return 10 * Math.log10((10 ** (leftDb / 10) + 10 ** (rightDb / 10)) / 2);
}

function lufs(left: Float32Array, right: Float32Array): number {
  const meter = new LoudnessMeter();
  meter.push([left, right]);
  return meter.integratedLufs();
}

function contains(given: Readonly<Record<string, unknown>>, wanted: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(wanted).every(([key, value]) => JSON.stringify(given[key]) === JSON.stringify(value));
}
