import { useEffect, useRef, type ReactNode } from 'react';
import { Button } from './Button.js';

/** The head of a panel at the side: it takes the focus when it opens, and Escape closes it. */
export function PanelHead({ title, close, children }: { title: string; close: () => void; children?: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    heading.current?.focus();
    const pressed = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) close();
    };
    addEventListener('keydown', pressed);
    return () => {
      removeEventListener('keydown', pressed);
      before?.focus();
    };
  }, []);
  return (
    <header className="panel-head">
      <div>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {children}
      </div>
      <Button bare kind="quiet" icon="close" label="Close" onClick={close} />
    </header>
  );
}
