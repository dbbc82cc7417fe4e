/** Where the API is. */
export const API_BASE = '/api/v1';
