// What the reader typed or brought cannot be used: one sentence that says what is wrong, where, and the remedy.

export class Refusal extends Error {}

/** What an error says, whatever was thrown. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
