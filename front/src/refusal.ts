// What the reader typed or brought cannot be used: one sentence that says what is wrong, where, and the remedy.

export class Refusal extends Error {}
