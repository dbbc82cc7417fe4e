import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineEvent, StampedEvent } from '../../../../src/events/event.js';
import { loggingConfig } from '../../../../src/plugins/builtin/logging/config.js';
import logging from '../../../../src/plugins/builtin/logging/index.js';
import { isWanted, levelOf, lineOf } from '../../../../src/plugins/builtin/logging/line.js';
import { RotatingFile, type LogSink } from '../../../../src/plugins/builtin/logging/log-file.js';
import { LogWriter } from '../../../../src/plugins/builtin/logging/log-writer.js';
import { testPlugin } from '../../../../src/testing/test-plugin.js';
import { createVirtualScheduler } from '../../../../src/time/virtual.js';

const call = 'room:lobby';
const stamped = (event: EngineEvent): StampedEvent => ({ ...event, seq: 7, atMs: Date.UTC(2026, 0, 2, 3, 4, 5, 6) });
const config = (given: object = {}) => loggingConfig.parse(given);
const line = (event: EngineEvent, given: object = {}) => lineOf(stamped(event), config(given));
const joined = (participantId: string): EngineEvent => ({ type: 'participant.joined', call, participantId });
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'vox-log-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const read = (name: string) => readFileSync(join(dir, name), 'utf8');

describe('a line of the log', () => {
  it('is for people or for machines', () => {
    expect(line(joined('ann'))).toBe('2026-01-02T03:04:05.006Z info  participant.joined call=room:lobby participantId=ann\n');
    expect(JSON.parse(line(joined('ann'), { format: 'ndjson' }))).toEqual({
      time: '2026-01-02T03:04:05.006Z',
      level: 'info',
      type: 'participant.joined',
      seq: 7,
      call,
      participantId: 'ann',
    });
  });

  it('cannot be begun by anybody: line ends and control characters are escaped', () => {
    const name = 'x\n2026-01-02T00:00:00.000Z error call.faulted\u2028\u001b[31m\u0085';
    for (const format of ['lines', 'ndjson']) {
      const text = line({ type: 'participant.joined', call, participantId: '1', name }, { format });
      expect(text.split('\n')).toHaveLength(2);
      expect(text).not.toContain('\u001b');
    }
    expect(line({ type: 'participant.joined', call, participantId: '1', name })).not.toMatch(/[\u2028\u0085]/);
  });

  it('leaves out what people write, and what plugins remember', () => {
    const text: EngineEvent = { type: 'message.received', call, from: { id: 'ann' }, text: 'my secret' };
    expect(line(text)).toContain('text="[9 characters]"');
    expect(line(text, { texts: true })).toContain('text="my secret"');
    const tell: EngineEvent = { type: 'command.done', by: 'x', command: { type: 'call.tell', call, text: 'my secret' } };
    expect(line(tell)).not.toContain('my secret');
    const loaded: EngineEvent = {
      type: 'plugin.loaded',
      plugin: 'x',
      name: 'x',
      version: '1.0.0',
      config: { apiToken: 'abc', level: 1 },
      state: { big: 'thing' },
    };
    expect(line(loaded)).not.toMatch(/abc|thing/);
    expect(line(loaded)).toContain('"level":1');
  });

  it('knows how grave an event is', () => {
    const problem = { code: 'INTERNAL', message: 'No.', fix: '' } as never;
    const told = (what: string, data: { problem?: never } = {}): EngineEvent => ({
      type: 'node.told',
      graph: 'g',
      node: 'n',
      what,
      data,
    });
    expect(levelOf(stamped(joined('a')))).toBe('info');
    expect(levelOf(stamped(told('queue.changed')))).toBe('debug');
    expect(levelOf(stamped(told('track.failed', { problem })))).toBe('error');
    expect(levelOf(stamped(told('source.stalled', { problem })))).toBe('warn');
    expect(levelOf(stamped({ type: 'call.faulted', call, problem }))).toBe('error');
    expect(levelOf(stamped({ type: 'plugin.told', plugin: 'x', what: 'logged', data: { level: 'warn', sentence: 's' } }))).toBe(
      'warn',
    );
    expect(levelOf(stamped({ type: 'call.ended', call, reason: 'failed' }))).toBe('error');
  });

  it('chooses by level and type', () => {
    const wanted = (given: object) => isWanted(stamped(joined('a')), config(given));
    expect(wanted({})).toBe(true);
    expect(wanted({ level: 'warn' })).toBe(false);
    expect(wanted({ include: ['call.*'] })).toBe(false);
    expect(wanted({ include: ['call.*', 'participant.*'] })).toBe(true);
    expect(wanted({ include: ['participant.*'], exclude: ['participant.joined'] })).toBe(false);
    expect(wanted({ exclude: ['*'] })).toBe(false);
    expect(wanted({ include: ['participantxjoined'] })).toBe(false);
  });
});

describe('a log file', () => {
  it('is renamed when it has grown, and only so many are kept', async () => {
    const path = join(dir, 'deep', 'vox.log');
    const file = new RotatingFile(path, 100, 2);
    for (let n = 0; n < 40; n++) await file.write(`line ${String(n).padStart(2, '0')} 0123456789\n`);
    await file.close();
    expect(readdirSync(join(dir, 'deep')).toSorted()).toEqual(['vox.log', 'vox.log.1', 'vox.log.2']);
    for (const name of readdirSync(join(dir, 'deep'))) expect(statSync(join(dir, 'deep', name)).size).toBeLessThanOrEqual(100);
    const all = read('deep/vox.log.2') + read('deep/vox.log.1') + read('deep/vox.log');
    const numbers = all.match(/line \d\d/g)!.map((text) => Number(text.slice(5)));
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => 40 - numbers.length + i));
  });

  it('keeps lines whole in one write of many, and goes on with what is there', async () => {
    writeFileSync(join(dir, 'vox.log'), 'old\n');
    const file = new RotatingFile(join(dir, 'vox.log'), 50, 5);
    await file.write(`${'a'.repeat(30)}\n${'b'.repeat(30)}\n${'c'.repeat(80)}\nd\n`);
    await file.close();
    expect(read('vox.log.3')).toBe(`old\n${'a'.repeat(30)}\n`);
    expect(read('vox.log.2')).toBe(`${'b'.repeat(30)}\n`);
    expect(read('vox.log.1')).toBe(`${'c'.repeat(80)}\n`);
    expect(read('vox.log')).toBe('d\n');
    expect(statSync(join(dir, 'vox.log')).mode & 0o077).toBe(0);
  });

  it('keeps none where none is wanted', async () => {
    const file = new RotatingFile(join(dir, 'vox.log'), 10, 0);
    for (let n = 0; n < 5; n++) await file.write(`line ${n}..\n`);
    await file.close();
    expect(readdirSync(dir)).toEqual(['vox.log']);
  });
});

describe('the writer', () => {
  class SlowSink implements LogSink {
    readonly endsSoon = false;
    readonly written: string[] = [];
    closed = 0;
    fails = 0;
    #go: (() => void)[] = [];
    held = false;
    async write(text: string) {
      if (this.held) await new Promise<void>((go) => this.#go.push(go));
      if (this.fails-- > 0) throw new Error('the disk is full');
      this.written.push(text);
    }
    async close() {
      this.closed++;
    }
    release() {
      this.held = false;
      for (const go of this.#go.splice(0)) go();
    }
  }
  const turn = async () => {
    for (let n = 0; n < 10; n++) await Promise.resolve();
  };
  const dropped = (count: number) => `dropped ${count}\n`;

  it('never waits: what is too much for a slow disk is dropped and counted', async () => {
    const sink = new SlowSink();
    sink.held = true;
    const writer = new LogWriter(sink, 30, createVirtualScheduler(), () => {});
    for (let n = 0; n < 10; n++) writer.add(`line ${n}...\n`, dropped);
    await turn();
    expect(sink.written).toEqual([]);
    sink.release();
    await turn();
    writer.add('again\n', dropped);
    await turn();
    expect(sink.written.join('')).toBe('line 0...\nline 1...\nline 2...\ndropped 7\nagain\n');
    await writer.close();
    expect(sink.closed).toBe(1);
  });

  it('tries again after a failure, and loses nothing', async () => {
    const sink = new SlowSink();
    sink.fails = 2;
    const faults: unknown[] = [];
    const scheduler = createVirtualScheduler();
    const writer = new LogWriter(sink, 1000, scheduler, (error) => faults.push(error));
    writer.add('one\n', dropped);
    await turn();
    writer.add('two\n', dropped);
    await turn();
    expect([faults.length, sink.written]).toEqual([1, []]);
    await scheduler.play(1000);
    await scheduler.play(1000);
    expect([faults.length, sink.written.join('')]).toEqual([2, 'one\ntwo\n']);
    await writer.close();
    await writer.close();
    writer.add('late\n', dropped);
    expect(sink.written.join('')).toBe('one\ntwo\n');
  });

  it('writes what waits when it is closed', async () => {
    const sink = new SlowSink();
    sink.held = true;
    const writer = new LogWriter(sink, 1000, createVirtualScheduler(), () => {});
    writer.add('one\n', dropped);
    writer.add('two\n', dropped);
    const closed = writer.close();
    sink.release();
    await closed;
    expect(sink.written.join('')).toBe('one\ntwo\n');
  });
});

describe('logging', () => {
  it('writes events to its file until it is unloaded', async () => {
    const file = join(dir, 'vox.log');
    const test = await testPlugin(logging, { config: { file, format: 'ndjson', include: ['participant.*', 'call.*'] } });
    await test.emit({ type: 'call.opened', call, address: call }, joined('ann'), { type: 'graph.started', graph: 'g' });
    await test.configure({ file, level: 'error' });
    await test.emit(joined('bob'));
    await test.close();
    const types = read('vox.log')
      .trim()
      .split('\n')
      .map((text) => (JSON.parse(text) as { type: string; participantId?: string }).type);
    expect(types).toEqual(['call.opened', 'participant.joined']);
  });

  it('says once that its file cannot be written, and goes on', async () => {
    writeFileSync(join(dir, 'file'), '');
    const test = await testPlugin(logging, { config: { file: join(dir, 'file', 'vox.log') } });
    await test.emit(joined('ann'), joined('bob'));
    await test.close();
    expect(test.told).toHaveLength(1);
    expect(test.told[0]!.data).toMatchObject({ level: 'warn', sentence: 'Lines of the log could not be written.' });
  });

  it.each([
    [{ include: ['Call*'] }, 'include'],
    [{ level: 'loud' }, 'level'],
    [{ maxBytes: 1 }, 'maxBytes'],
  ])('refuses the config %j', async (wrong, name) => {
    await expect(testPlugin(logging, { config: wrong })).rejects.toThrow(name);
  });
});
