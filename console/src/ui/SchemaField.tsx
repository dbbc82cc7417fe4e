import { useEffect, useId, useRef, useState } from 'react';
import type { JsonSchema } from '../api/types.js';
import { Button } from './Button.js';

interface FieldProps {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly value: unknown;
  /** It is shown, but cannot be changed now. */
  readonly fixed?: boolean;
  readonly problem?: string | undefined;
  readonly give: (value: unknown) => void;
}

const UNITS: Readonly<Record<string, string>> = {
  Ms: 'ms',
  Db: 'dB',
  Hz: 'Hz',
  Lufs: 'LUFS',
  Sec: 's',
  Kbps: 'kbit/s',
  Percent: '%',
  Px: 'px',
};
/** A slider that is drawn along asks this often at most. */
const PAUSE_MS = 120;

/** One option: a label, what it is given by, its unit, its default and what it is for. */
export function SchemaField({ name, schema, value, fixed = false, problem, give }: FieldProps) {
  const id = useId();
  const isDefault = schema.default === undefined || JSON.stringify(schema.default) === JSON.stringify(value);
  return (
    <div className="option">
      <div className="option-head">
        <label htmlFor={id} className="code">
          {name}
        </label>
        {fixed && (
          <span className="tag plain" title="Set when the node starts; change it in the file">
            fixed
          </span>
        )}
        {!fixed && !isDefault && (
          <Button
            bare
            kind="quiet"
            icon="reset"
            label={`Default of ${name}: ${JSON.stringify(schema.default)}`}
            onClick={() => give(schema.default)}
          />
        )}
      </div>
      <Control id={id} name={name} schema={schema} value={value} fixed={fixed} bad={problem !== undefined} give={give} />
      {problem !== undefined && (
        <p className="small option-problem" role="alert">
          {problem}
        </p>
      )}
      {schema.description && (
        <p className="small dim" id={`${id}-about`}>
          {schema.description}
        </p>
      )}
    </div>
  );
}

interface ControlProps extends FieldProps {
  readonly id: string;
  readonly bad: boolean;
}

function Control(props: ControlProps) {
  const { id, schema, value, fixed, bad, give } = props;
  const common = { id, disabled: fixed, 'aria-invalid': bad, ...(schema.description && { 'aria-describedby': `${id}-about` }) };
  const choices = choicesOf(schema);
  if (choices) {
    return (
      <select
        {...common}
        className="field"
        value={JSON.stringify(value)}
        onChange={(event) => give(JSON.parse(event.target.value))}
      >
        {!choices.some((choice) => JSON.stringify(choice) === JSON.stringify(value)) && (
          <option value={JSON.stringify(value)}>{text(value)}</option>
        )}
        {choices.map((choice) => (
          <option key={JSON.stringify(choice)} value={JSON.stringify(choice)}>
            {text(choice)}
          </option>
        ))}
      </select>
    );
  }
  if (schema.type === 'boolean') {
    return (
      <label className="switch">
        <input
          {...common}
          type="checkbox"
          role="switch"
          checked={value === true}
          onChange={(event) => give(event.target.checked)}
        />
        <span aria-hidden="true">{value === true ? 'on' : 'off'}</span>
      </label>
    );
  }
  if (schema.type === 'number' || schema.type === 'integer') return <NumberControl {...props} common={common} />;
  if (schema.type === 'string') return <TextControl {...props} common={common} />;
  return <JsonControl {...props} common={common} />;
}

type Common = { id: string; disabled: boolean | undefined; 'aria-invalid': boolean };

function NumberControl({ name, schema, value, give, common }: ControlProps & { common: Common }) {
  const later = useLater(give);
  const [draft, setDraft] = useDraft(value);
  const low = schema.minimum ?? schema.exclusiveMinimum;
  const high = schema.maximum ?? schema.exclusiveMaximum;
  const step = schema.type === 'integer' ? 1 : low !== undefined && high !== undefined ? stepFor(high - low) : 'any';
  const unit = Object.entries(UNITS).find(([suffix]) => name.endsWith(suffix))?.[1];
  const set = (given: string) => {
    setDraft(given);
    if (given.trim() !== '' && Number.isFinite(Number(given))) later(Number(given));
  };
  return (
    <div className="number-control">
      {low !== undefined && high !== undefined && (
        <input
          type="range"
          aria-label={`${name}, slider`}
          disabled={common.disabled}
          min={low}
          max={high}
          step={step}
          value={Number(draft) || 0}
          onChange={(event) => set(event.target.value)}
        />
      )}
      <span className="with-unit">
        <input
          {...common}
          className="field number"
          type="number"
          min={low}
          max={high}
          step={step}
          value={written(draft)}
          onChange={(event) => set(event.target.value)}
        />
        {unit && <span className="unit">{unit}</span>}
      </span>
    </div>
  );
}

function TextControl({ schema, value, give, common }: ControlProps & { common: Common }) {
  const [draft, setDraft] = useDraft(value);
  const done = () => {
    if (draft !== value && !(draft === '' && value === undefined)) give(draft);
  };
  return (
    <input
      {...common}
      className="field"
      type="text"
      maxLength={schema.maxLength}
      value={written(draft)}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={done}
      onKeyDown={(event) => event.key === 'Enter' && done()}
    />
  );
}

/** Lists, objects and whatever is of several kinds: as JSON. */
function JsonControl({ value, give, common }: ControlProps & { common: Common }) {
  const [draft, setDraft] = useDraft(value === undefined ? '' : JSON.stringify(value, null, 2));
  const [wrong, setWrong] = useState(false);
  const json = String(draft);
  const done = () => {
    try {
      const made = JSON.parse(json) as unknown;
      setWrong(false);
      if (JSON.stringify(made) !== JSON.stringify(value)) give(made);
    } catch {
      setWrong(json.trim() !== '');
    }
  };
  return (
    <>
      <textarea
        {...common}
        aria-invalid={wrong || common['aria-invalid']}
        className="field"
        rows={Math.min(8, Math.max(1, json.split('\n').length))}
        spellCheck={false}
        value={json}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={done}
      />
      {wrong && <p className="small option-problem">This is not JSON.</p>}
    </>
  );
}

/** What is being written, until the value itself changes. */
function useDraft(value: unknown): [unknown, (draft: unknown) => void] {
  const [draft, setDraft] = useState(value);
  useEffect(() => setDraft(value), [JSON.stringify(value)]);
  return [draft, setDraft];
}

function useLater(give: (value: unknown) => void): (value: unknown) => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  return (value) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => give(value), PAUSE_MS);
  };
}

function choicesOf({ enum: given, const: only, anyOf, oneOf }: JsonSchema): readonly unknown[] | undefined {
  if (given) return given;
  if (only !== undefined) return [only];
  const parts = (anyOf ?? oneOf)?.map(choicesOf);
  return parts && parts.length > 0 && parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}

function stepFor(range: number): number {
  if (range <= 2) return 0.01;
  return range <= 200 ? 0.1 : 1;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? 'not set' : JSON.stringify(value);
}

function written(draft: unknown): string {
  return typeof draft === 'string' || typeof draft === 'number' ? String(draft) : '';
}
