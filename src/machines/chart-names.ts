/** The names of the charts. */
export const CHARTS: readonly string[] = ['call', 'plugin', 'session', 'signIn', 'source'];
