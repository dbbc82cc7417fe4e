import * as tls from 'node:tls';
import { CERTIFICATE } from './certificate.js';

// Node has these from 22.19 on.
const { getCACertificates, setDefaultCACertificates } = tls as typeof tls & {
  getCACertificates?(): string[];
  setDefaultCACertificates?(certificates: readonly string[]): void;
};

/** Whether this Node can be told to trust a certificate while it runs. */
export const canTrust = setDefaultCACertificates !== undefined;

/** Runs while the tests' certificate is trusted. */
export async function trusting<T>(run: () => Promise<T>): Promise<T> {
  const usual = getCACertificates!();
  setDefaultCACertificates!([...usual, CERTIFICATE]);
  try {
    return await run();
  } finally {
    setDefaultCACertificates!(usual);
  }
}
