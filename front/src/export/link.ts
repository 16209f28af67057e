// "Copy link": the address of the page with the settings behind "#"; the data only if the reader asks for it.

import { linkOf } from "../state/link";
import type { Exported } from "./choices";

export function addressOf({ scene, table }: Exported, address: string, withData: boolean): string {
  return address.replace(/#.*$/s, "") + linkOf(scene.settings, withData ? table : null);
}
