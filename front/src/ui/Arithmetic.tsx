export function Arithmetic() { return null; }
