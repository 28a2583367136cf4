import type { ProgressTask } from "#core";

/** A task ends once; what is said after is dropped. */
export function once(task: ProgressTask): ProgressTask {
  let isOver = false;
  const ending =
    <Words extends unknown[]>(end: (...words: Words) => void) =>
    (...words: Words): void => {
      if (isOver) return;
      isOver = true;
      end(...words);
    };
  return {
    advance: (bytes) => void (isOver || task.advance(bytes)),
    done: ending((note) => task.done(note)),
    fail: ending(() => task.fail()),
  };
}
