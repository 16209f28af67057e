// A lesson above the page: three sentences, one question with its answer, and the way to the next.

import { LESSONS } from "../lessons";
import type { Lab } from "../state/lab";
import { settingsOf } from "../state/link";
import { useLab } from "./context";

/** Opens a lesson by its name; "" leaves the lesson and keeps the page as it is. */
function openLesson(lab: Lab, name: string): void {
  lab.playback.pause();
  lab.change(name ? settingsOf(name) : { lesson: "" });
}

export function LessonChoice() {
  const lab = useLab();
  return (
    <label class="lesson-choice">
      <span>Lesson</span>
      <select
        value={lab.settings.value.lesson}
        data-testid="lesson"
        onChange={(event) => openLesson(lab, event.currentTarget.value)}
      >
        <option value="">none</option>
        {LESSONS.map(({ name, title }, i) => (
          <option value={name}>
            {i + 1}. {title}
          </option>
        ))}
      </select>
    </label>
  );
}

export function LessonBar() {
  const lab = useLab();
  const at = LESSONS.findIndex(({ name }) => name === lab.settings.value.lesson);
  const lesson = LESSONS[at];
  if (!lesson) return null;
  const [before, after] = [LESSONS[at - 1], LESSONS[at + 1]];
  const go = (name: string | undefined) => name && openLesson(lab, name);
  return (
    <section class="lesson" aria-labelledby="lesson-title" data-testid="lesson-bar">
      <div class="lesson-words">
        <h2 id="lesson-title" data-testid="lesson-title">
          {at + 1}. {lesson.title}
        </h2>
        <p>
          {lesson.sentences.map((sentence) => (
            <span>{sentence} </span>
          ))}
        </p>
        <details key={lesson.name}>
          <summary data-testid="question">{lesson.question}</summary>
          <p data-testid="answer">{lesson.answer}</p>
        </details>
      </div>
      <div class="lesson-ways">
        <button type="button" disabled={!before} data-testid="lesson-before" onClick={() => go(before?.name)}>
          Previous
        </button>
        <button
          type="button"
          class="primary"
          disabled={!after}
          data-testid="lesson-after"
          onClick={() => go(after?.name)}
        >
          Next
        </button>
        <button type="button" data-testid="lesson-reset" onClick={() => go(lesson.name)}>
          Begin again
        </button>
        <button
          type="button"
          aria-label="Close the lesson"
          data-testid="lesson-close"
          onClick={() => openLesson(lab, "")}
        >
          ✕
        </button>
      </div>
    </section>
  );
}
