// Numbers of Python's sentences as the page writes them: "-7" and "8.2e-12" with a true minus and a power of ten.

import { MINUS, raised, TIMES } from "./number";

const NUMBER = /(?<![\w.])(-?)(\d[\d,]*(?:\.\d+)?)(?:e([+-]?\d+))?(?![\w])/g;

export function typeset(sentence: string): string {
  return sentence.replace(NUMBER, (_, sign: string, digits: string, exponent?: string) => {
    const power = exponent === undefined ? "" : ` ${TIMES} 10${raised(Number(exponent))}`;
    return `${sign ? MINUS : ""}${digits}${power}`;
  });
}
