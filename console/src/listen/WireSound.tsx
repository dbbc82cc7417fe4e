import { useEffect, useState } from 'react';
import { Button } from '../ui/Button.js';
import { sentence } from '../api/client.js';
import { playWire } from './wire-player.js';

/** A button that lets one hear a wire. Only one wire is heard at a time. */
export function WireSound({ graph, outlet }: { graph: string; outlet: string }) {
  const [stop, setStop] = useState<(() => void) | undefined>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => () => stop?.(), [stop]);
  const toggle = () => {
    setProblem(undefined);
    if (stop) return setStop(undefined);
    const player = playWire(graph, outlet, (error) => {
      setStop(undefined);
      if (error) setProblem(sentence(error));
    });
    setStop(() => player);
  };
  return (
    <>
      <Button
        icon="listen"
        label={stop ? 'Stop' : 'Listen'}
        on={stop !== undefined}
        onClick={toggle}
        aria-label={`Listen to ${outlet}`}
      />
      {problem && <p className="notice small">{problem}</p>}
    </>
  );
}
