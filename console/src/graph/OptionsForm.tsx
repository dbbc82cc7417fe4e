import { useState } from 'react';
import type { JsonSchema } from '../api/types.js';
import { SchemaField } from '../ui/SchemaField.js';
import { sentence } from '../api/client.js';

/** Forms for options, from their schema. Those that can be changed while the node runs take effect at once. */
export function OptionsForm({
  schema,
  values,
  live,
  change,
}: {
  schema: JsonSchema;
  values: Readonly<Record<string, unknown>>;
  /** Names of those that can be changed while it runs. */
  live: readonly string[];
  change: (name: string, value: unknown) => Promise<void>;
}) {
  const [set, setSet] = useState<Readonly<Record<string, unknown>>>({});
  const [problems, setProblems] = useState<Readonly<Record<string, string | undefined>>>({});
  const names = Object.keys(schema.properties ?? {});
  if (names.length === 0) return <p className="dim">It has none.</p>;
  const give = async (name: string, value: unknown) => {
    setSet((all) => ({ ...all, [name]: value }));
    try {
      await change(name, value);
      setProblems((all) => ({ ...all, [name]: undefined }));
    } catch (error) {
      setProblems((all) => ({ ...all, [name]: sentence(error) }));
    }
  };
  return (
    <div className="options">
      {names.map((name) => (
        <SchemaField
          key={name}
          name={name}
          schema={schema.properties![name]!}
          value={name in set ? set[name] : values[name]}
          fixed={!live.includes(name)}
          problem={problems[name]}
          give={(value) => void give(name, value)}
        />
      ))}
    </div>
  );
}
