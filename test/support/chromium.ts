/**
 * The Chromium that browser tests drive. `npm test` finds or installs it; vitest.config.ts hands its path over.
 * @returns the executable's path.
 * @throws if this machine has none.
 */
export function chromiumPath(): string {
  const path = process.env['CHROMIUM_PATH'];
  if (!path) {
    throw new Error(
      'No Chromium was found: install one (on Debian: apt-get install chromium), or set CHROMIUM_PATH to its executable.',
    );
  }
  return path;
}
