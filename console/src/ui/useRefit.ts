import { useReactFlow, useStore } from '@xyflow/react';
import { useEffect, useRef, useState } from 'react';

/**
 * Fits a drawing anew when its room has another size, such as behind a turned phone or a closed panel, unless somebody has moved it since.
 *
 * @param fit shows what is to be shown; resolves when nothing moves any more.
 * @returns what the canvas needs: `still` as an attribute for those who wait for it, `touched` for React Flow's `onMoveStart`.
 */
export function useRefit(fit: () => Promise<unknown>): {
  /** Shows it, and takes it for untouched from then on. */
  readonly show: () => void;
  /** Whether nothing moves by itself. */
  readonly still: boolean;
  readonly touched: (event: unknown) => void;
} {
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const { viewportInitialized } = useReactFlow();
  const [still, setStill] = useState(false);
  const moves = useRef({ byHand: false, number: 0 });
  const show = () => {
    const number = ++moves.current.number;
    moves.current.byHand = false;
    setStill(false);
    requestAnimationFrame(() => {
      // What is shown later is what counts.
      const rest = () => {
        if (number === moves.current.number) setStill(true);
      };
      if (number === moves.current.number)
        void fit()
          .catch(() => {})
          .finally(rest);
    });
  };
  const first = useRef(true);
  useEffect(() => {
    if (!viewportInitialized || width === 0) return;
    if (first.current) first.current = false;
    else if (!moves.current.byHand) show();
  }, [width, height, viewportInitialized]);
  return {
    show,
    still,
    // What the drawing does by itself comes without an event.
    touched: (event) => {
      if (event) moves.current.byHand = true;
    },
  };
}
