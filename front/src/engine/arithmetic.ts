// Arithmetic of Python and NumPy that JavaScript lacks.

/** a % b of Python: its sign is that of b. */
export function remainder(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

/** a // b of Python. */
export function quotient(a: number, b: number): number {
  return Math.round((a - remainder(a, b)) / b);
}

/** A new array, coordinate by coordinate. */
export function each(size: number, value: (j: number) => number): Float64Array {
  const made = new Float64Array(size);
  for (let j = 0; j < size; j++) made[j] = value(j);
  return made;
}

export function sum(size: number, value: (j: number) => number): number {
  let total = 0;
  for (let j = 0; j < size; j++) total += value(j);
  return total;
}
