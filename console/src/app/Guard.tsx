import { Component, type ReactNode } from 'react';
import { Button } from '../ui/Button.js';

/** Keeps what goes wrong in one part of the console from taking the others away. */
export class Guard extends Component<{ children: ReactNode }, { error: Error | undefined }> {
  override state = { error: undefined as Error | undefined };

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div className="empty" role="alert">
        <p>This part of the console failed: {error.message}</p>
        <Button icon="reset" label="Try again" onClick={() => this.setState({ error: undefined })} />
      </div>
    );
  }
}
