// Drawing: every job asked for runs once in the next frame, however often it was asked for.

const jobs = new Set<() => void>();

/** Times of the last frames in ms, read by measurements. */
export const timings: { readonly draw: number[]; readonly frame: number[] } = { draw: [], frame: [] };
const KEPT = 600;

export function soon(job: () => void): void {
  if (jobs.size === 0) requestAnimationFrame(run);
  jobs.add(job);
}

export const forget = (job: () => void): boolean => jobs.delete(job);

function run(now: number): void {
  const began = performance.now();
  const asked = [...jobs];
  jobs.clear();
  for (const job of asked) job();
  keep(timings.draw, performance.now() - began);
  keep(timings.frame, now);
}

function keep(list: number[], value: number): void {
  list.push(value);
  if (list.length > KEPT) list.shift();
}
