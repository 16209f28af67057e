// Hands the store to every component.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Lab } from "../state/lab";

export const LabContext = createContext<Lab | null>(null);

export function useLab(): Lab {
  const lab = useContext(LabContext);
  if (!lab) throw new Error("a component outside of the page");
  return lab;
}
