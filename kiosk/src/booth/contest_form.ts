/** One contest to mark: radio buttons for one mark, check boxes for more, and blank as a choice like any other. */

import type { Selection } from "../crypto/ballot";
import type { Contest, Text } from "../crypto/manifest";
import { element } from "./element";
import type { TextKey } from "./texts";

/** What a form needs of the page around it. */
export interface FormPage {
  readonly read: (text: Text) => string;
  readonly say: (key: TextKey, fields?: Readonly<Record<string, string | number>>) => string;
  /** An empty selection is a blank vote, null no vote yet. */
  readonly mark: (contest: number, selection: Selection | null) => void;
}

/** Return the form of a contest; marked: what the voter chose before, undefined for nothing. */
export function buildContest(
  contest: Contest,
  index: number,
  marked: Selection | undefined,
  page: FormPage,
): HTMLElement {
  const labels = [...contest.options.map((option) => page.read(option.text)), page.say("blank")];
  const inputs = labels.map((_, option) => {
    const input = element("input", {
      type: contest.marks === 1 ? "radio" : "checkbox",
      name: `contest-${index}`,
      id: `contest-${index}-${option}`,
    });
    input.checked =
      marked !== undefined && (option === contest.options.length ? marked.length === 0 : marked.includes(option));
    return input;
  });
  const rows = inputs.map((input, option) =>
    element("label", { class: "option", for: input.id }, input, element("span", {}, labels[option] ?? "")),
  );
  const count = contest.marks === 1 ? null : element("p", { class: "count", role: "status" });
  const warning = element("p", { class: "warning", role: "alert" });
  const tally = (): void => {
    if (count !== null) {
      count.textContent = page.say("chosenSoFar", { chosen: readMarks(inputs).length, count: contest.marks });
    }
  };
  inputs.forEach((input, option) => {
    input.addEventListener("change", () => {
      const refusal = findRefusal(contest, inputs, option);
      if (refusal !== null) {
        // Nothing is taken away in silence: the new mark is refused, and the voter told why beside it.
        input.checked = false;
        warning.textContent = page.say(refusal, { count: contest.marks });
        rows[option]?.after(warning);
        return;
      }
      warning.textContent = "";
      tally();
      page.mark(index, readSelection(inputs));
    });
  });
  tally();
  const legend = element("legend", {}, page.read(contest.text));
  return element("fieldset", { id: `contest-${index}` }, legend, ...(count === null ? [] : [count]), ...rows, warning);
}

/** Return why a mark just made cannot stand, or null; radio buttons give way to each other by themselves. */
function findRefusal(contest: Contest, inputs: readonly HTMLInputElement[], changed: number): TextKey | null {
  const chosen = readMarks(inputs).length;
  if (contest.marks === 1 || inputs[changed]?.checked !== true) {
    return null;
  }
  if (changed === contest.options.length) {
    return chosen > 0 ? "marksFirst" : null;
  }
  if (isBlank(inputs)) {
    return "blankFirst";
  }
  return chosen > contest.marks ? "chosenTooMany" : null;
}

function readSelection(inputs: readonly HTMLInputElement[]): Selection | null {
  const marks = readMarks(inputs);
  return marks.length > 0 || isBlank(inputs) ? marks : null;
}

function readMarks(inputs: readonly HTMLInputElement[]): Selection {
  return inputs.slice(0, -1).flatMap((input, option) => (input.checked ? [option] : []));
}

function isBlank(inputs: readonly HTMLInputElement[]): boolean {
  return inputs[inputs.length - 1]?.checked === true;
}
