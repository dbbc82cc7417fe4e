import type { ButtonHTMLAttributes } from 'react';
import { Icon, type IconName } from './Icon.js';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** What it does; read out, and shown unless `bare`. */
  readonly label: string;
  readonly icon?: IconName;
  /** Shows the icon alone. */
  readonly bare?: boolean;
  readonly kind?: 'plain' | 'main' | 'danger' | 'quiet';
  /** Of a switch: whether it is on. */
  readonly on?: boolean;
}

/** A button. */
export function Button({ label, icon, bare = false, kind = 'plain', on, className = '', ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={`button ${kind} ${bare ? 'bare' : ''} ${className}`}
      {...(bare && { 'aria-label': label, title: label })}
      {...(on !== undefined && { 'aria-pressed': on })}
      {...rest}
    >
      {icon && <Icon name={icon} />}
      {!bare && <span>{label}</span>}
    </button>
  );
}
