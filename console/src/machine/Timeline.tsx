import { useEffect, useRef, type KeyboardEvent } from 'react';
import type { Transition } from '../api/types.js';
import { Button } from '../ui/Button.js';
import { timeOfDay } from '../ui/format.js';
import { changeText } from './active.js';
import { eventText } from './chart-model.js';

interface TimelineProps {
  /** Oldest first. */
  readonly steps: readonly Transition[];
  /** The number of the step that is shown; undefined: the present. */
  readonly at: number | undefined;
  readonly show: (n: number | undefined) => void;
}

/** What happened, step by step; any of them can be gone back to. */
export function Timeline({ steps, at, show }: TimelineProps) {
  const index = at === undefined ? steps.length - 1 : steps.findIndex(({ n }) => n === at);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [index, steps.length]);
  const go = (to: number) => {
    const next = Math.max(0, Math.min(steps.length - 1, to));
    show(next === steps.length - 1 ? undefined : steps[next]?.n);
  };
  const pressed = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (by === undefined && event.key !== 'Home' && event.key !== 'End') return;
    event.preventDefault();
    go(event.key === 'Home' ? 0 : event.key === 'End' ? steps.length - 1 : index + by!);
  };
  return (
    <section className="timeline" aria-label="Time-line">
      <header className="timeline-bar">
        <Button bare icon="back" label="One step back" disabled={index <= 0} onClick={() => go(index - 1)} />
        <Button bare icon="forward" label="One step on" disabled={index >= steps.length - 1} onClick={() => go(index + 1)} />
        <Strip steps={steps} index={index} go={go} pressed={pressed} />
        <Button
          icon="live"
          label={at === undefined ? 'Live' : 'To the present'}
          on={at === undefined}
          onClick={() => show(undefined)}
        />
      </header>
      {steps.length === 0 ? (
        <p className="dim timeline-none">Nothing happened yet.</p>
      ) : (
        <ol ref={list} className="timeline-steps" onKeyDown={pressed}>
          {steps.map((step, i) => (
            <li key={step.n}>
              <button
                type="button"
                {...(i === index && { 'aria-current': 'step' as const })}
                tabIndex={i === index ? 0 : -1}
                onClick={() => go(i)}
              >
                <time className="number dim">{timeOfDay(step.atMs, true)}</time>
                <strong className="code" title={step.event}>
                  {eventText(step.event)}
                </strong>
                {step.guard !== undefined && <span className="code dim">[{step.guard}]</span>}
                <span className="timeline-change">{changeText(step.from, step.to)}</span>
              </button>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Strip({
  steps,
  index,
  go,
  pressed,
}: {
  steps: readonly Transition[];
  index: number;
  go: (to: number) => void;
  pressed: (event: KeyboardEvent) => void;
}) {
  const from = steps[0]?.atMs ?? 0;
  const span = Math.max(1, (steps.at(-1)?.atMs ?? 0) - from);
  return (
    <div
      className="strip"
      role="slider"
      tabIndex={0}
      aria-label="Moment"
      aria-valuemin={1}
      aria-valuemax={Math.max(1, steps.length)}
      aria-valuenow={index + 1}
      aria-valuetext={steps[index] ? `${eventText(steps[index].event)} at ${timeOfDay(steps[index].atMs)}` : 'nothing'}
      onKeyDown={pressed}
      onPointerDown={(event) => {
        const { left, width } = event.currentTarget.getBoundingClientRect();
        const wanted = from + ((event.clientX - left) / width) * span;
        const nearest = steps.reduce(
          (best, { atMs }, i) => (Math.abs(atMs - wanted) < Math.abs(steps[best]!.atMs - wanted) ? i : best),
          0,
        );
        go(nearest);
      }}
    >
      {steps.map(({ n, atMs }, i) => (
        <span
          key={n}
          className={i === index ? 'now' : i > index ? 'later' : ''}
          style={{ left: `${((atMs - from) / span) * 100}%` }}
        />
      ))}
    </div>
  );
}
