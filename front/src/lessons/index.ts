// The lessons, in the order of the tutorials. Their one source is src/steepest/lab/lessons.json, which Python reads;
// the figures that tests compare stay outside of the page.

import { lessons } from "../../../src/steepest/lab/lessons.json";
import type { Settings } from "../types";

interface Lesson {
  readonly name: string; // as in `steepest lab --lesson NAME`
  readonly title: string;
  readonly sentences: readonly [string, string, string];
  readonly question: string;
  readonly answer: string;
  readonly settings: Partial<Settings>;
}

/** tests/lab/test_lessons.py checks what the type of a JSON file cannot say. */
export const LESSONS = lessons as unknown as readonly Lesson[];

export const lessonNamed = (name: string): Lesson | undefined => LESSONS.find((lesson) => lesson.name === name);

/** The changes that open a lesson: its own settings; whatever it leaves open is as on a new page. */
export const opened = (lesson: Lesson): Partial<Settings> => ({ ...lesson.settings, lesson: lesson.name });
