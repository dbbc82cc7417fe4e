import { describe, expect, it } from 'vitest';
import { BranchOutlet, ManyInlet } from '../../../src/graph/run/branches.js';
import { Domain } from '../../../src/graph/run/domain.js';
import { Inlet } from '../../../src/graph/run/inlet.js';
import { Outlet } from '../../../src/graph/run/outlet.js';

const never = (error: unknown) => expect.unreachable(String(error));
const target = (log: string[], name: string) => ({
  next: (value: number) => void log.push(`${name}${value}`),
  complete: () => void log.push(`${name}.`),
});

describe('Outlet', () => {
  it('serves consumers in the order they came, counts, and stamps the tick', () => {
    const domain = new Domain('d');
    const outlet = new Outlet<number>(domain);
    const log: string[] = [];
    outlet.connect(target(log, 'a'));
    const leave = outlet.connect(target(log, 'b'));
    domain.beat(7);
    outlet.next(1);
    leave();
    leave();
    outlet.next(2);
    expect(log).toEqual(['a1', 'b1', 'a2']);
    expect([outlet.passed, outlet.stamp, outlet.consumers]).toEqual([2, 7, 1]);
  });

  it('finishes a round as it began when consumers join and leave within it', () => {
    const outlet = new Outlet<number>(new Domain('d'));
    const log: string[] = [];
    const leaveA: { now?: () => void } = {};
    leaveA.now = outlet.connect({
      next: (v) => {
        log.push(`a${v}`);
        leaveA.now!();
        if (v === 1) outlet.connect(target(log, 'c'));
      },
      complete: () => {},
    });
    outlet.connect(target(log, 'b'));
    outlet.next(1);
    outlet.next(2);
    expect(log).toEqual(['a1', 'b1', 'b2', 'c2']);
  });

  it('completes once, lets nothing follow, and tells late comers', () => {
    const outlet = new Outlet<number>(new Domain('d'));
    const log: string[] = [];
    outlet.connect(target(log, 'a'));
    outlet.complete();
    outlet.complete();
    outlet.next(1);
    outlet.connect(target(log, 'b'))();
    expect(log).toEqual(['a.', 'b.']);
    expect([outlet.passed, outlet.consumers, outlet.ended]).toEqual([0, 0, true]);
  });
});

describe('Inlet', () => {
  it('is a hot Observable: no past, completion for late comers', () => {
    const inlet = new Inlet<number>(new Domain('d'), never);
    const log: string[] = [];
    inlet.next(1);
    inlet.subscribe(target(log, 'a'));
    inlet.next(2);
    inlet.complete();
    inlet.complete();
    inlet.subscribe(target(log, 'b'));
    expect(log).toEqual(['a2', 'a.', 'b.']);
    expect([inlet.passed, inlet.current]).toEqual([2, 2]);
  });

  it('is cut by reset without completion, and goes on for others', () => {
    const inlet = new Inlet<number>(new Domain('d'), never);
    const log: string[] = [];
    const old = inlet.subscribe(target(log, 'old'));
    inlet.reset();
    expect(old.closed).toBe(true);
    inlet.subscribe(target(log, 'new'));
    inlet.next(1);
    expect(log).toEqual(['new1']);
    expect(inlet.listeners).toBe(1);
  });

  it('tells what a listener throws, and serves the others', () => {
    const thrown: unknown[] = [];
    const inlet = new Inlet<number>(new Domain('d'), (error) => thrown.push(error));
    const log: string[] = [];
    inlet.subscribe(() => {
      throw new Error('one');
    });
    inlet.subscribe({
      next: () => {},
      complete: () => {
        throw new Error('two');
      },
    });
    inlet.subscribe(target(log, 'b'));
    inlet.next(1);
    inlet.complete();
    expect(thrown.map(String)).toEqual(['Error: one', 'Error: two']);
    expect(log).toEqual(['b1', 'b.']);
  });
});

describe('BranchOutlet and ManyInlet', () => {
  const pair = (wires = 1) => {
    const domain = new Domain('d');
    const outlet = new BranchOutlet<number>();
    const inlet = new ManyInlet<number>(() => new Inlet<number>(domain, never), never, wires);
    const log: string[] = [];
    inlet.subscribe({
      next: ({ id, stream$ }) => {
        log.push(`+${id}`);
        stream$.subscribe(target(log, id));
      },
      complete: () => void log.push('end'),
    });
    const branch = () => new Outlet<number>(domain);
    return { domain, outlet, inlet, log, branch };
  };

  it('branches join, give and leave; those present are told to a late consumer', () => {
    const { outlet, inlet, log, branch } = pair();
    const [a, b] = [branch(), branch()];
    outlet.join('a', a);
    outlet.connect(inlet);
    outlet.join('b', b);
    a.next(1);
    b.next(2);
    outlet.leave('a');
    a.next(3);
    b.next(4);
    expect(log).toEqual(['+a', '+b', 'a1', 'b2', 'a.', 'b4']);
    // Also what those who left had given.
    expect(outlet.passed).toBe(3);
    outlet.complete();
    expect(log.slice(-2)).toEqual(['b.', 'end']);
    expect(inlet.drained).toBe(true);
  });

  it('an id that joins again replaces the branch of that id', () => {
    const { outlet, inlet, log, branch } = pair();
    outlet.connect(inlet);
    const [first, second] = [branch(), branch()];
    outlet.join('a', first);
    outlet.join('a', second);
    outlet.leaveOf('a', first);
    first.next(1);
    second.next(2);
    expect(log).toEqual(['+a', 'a.', '+a', 'a2']);
  });

  it('two wires may bring branches of the same id; the end needs both', () => {
    const { outlet, inlet, log, branch } = pair(2);
    const other = new BranchOutlet<number>();
    outlet.connect(inlet);
    other.connect(inlet);
    const [a, b] = [branch(), branch()];
    outlet.join('x', a);
    other.join('x', b);
    a.next(1);
    b.next(2);
    outlet.complete();
    expect(log).toEqual(['+x', '+x#2', 'x1', 'x#22', 'x.']);
    expect([inlet.ended, inlet.drained]).toEqual([false, false]);
    other.complete();
    expect(log.slice(-2)).toEqual(['x#2.', 'end']);
  });

  it('leaves nothing behind after a thousand joins', () => {
    const { outlet, inlet, branch } = pair();
    const leave = outlet.connect(inlet);
    for (let i = 0; i < 1000; i++) {
      const one = branch();
      outlet.join(`p${i}`, one);
      one.next(i);
      outlet.leave(`p${i}`);
      expect(one.consumers).toBe(0);
    }
    expect(outlet.passed).toBe(1000);
    leave();
    inlet.disconnect();
    expect(outlet.consumers).toBe(0);
  });
});

describe('Domain', () => {
  it('serves slots in the order they came, phase by phase, then what was put off', () => {
    const domain = new Domain('d');
    const log: string[] = [];
    const slot = (name: string) => ({
      tick: { next: () => void log.push(`${name} tick`) },
      settle: { next: () => void log.push(`${name} settle`) },
      idle: { next: () => void log.push(`${name} idle`) },
    });
    domain.add(slot('a'));
    const leave = domain.add(slot('b'));
    domain.add({ tick: { next: () => domain.afterBeat(() => log.push('after')) } });
    domain.beat(3);
    domain.idle();
    expect(log).toEqual(['a tick', 'b tick', 'a settle', 'b settle', 'after', 'a idle', 'b idle']);
    expect(domain.tick).toEqual({ index: 3, ptsUs: 60_000 });
    leave();
    domain.afterBeat(() => log.push('now'));
    expect(log.at(-1)).toBe('now');
    expect(domain.slots).toBe(2);
  });
});
