import { useReactFlow } from '@xyflow/react';
import type { ReactNode } from 'react';
import { Button } from './Button.js';
import { FIT } from './fit.js';

/** Buttons that move a drawing; `children` come first. @param all told that everything is to be seen */
export function CanvasTools({ children, all }: { children?: ReactNode; all?: () => void }) {
  const { fitView, zoomIn, zoomOut } = useReactFlow();
  return (
    <div className="bar-end">
      {children}
      <Button bare className="zoom" icon="minus" label="Smaller" onClick={() => void zoomOut()} />
      <Button bare className="zoom" icon="plus" label="Larger" onClick={() => void zoomIn()} />
      <Button bare icon="fit" label="Show all" onClick={() => (all?.(), void fitView(FIT))} />
    </div>
  );
}
