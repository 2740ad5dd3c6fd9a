/** Draws what each election came to: its rules, its counts, and the outcome in words. */

import { element } from "../booth/element";
import type { BaseShown, ContestOutcome, RulesShown, TestShown } from "./outcomes";
import { quote, type Speech } from "./speech";
import type { VerifyTextKey } from "./texts";
import type { ContestResult, ElectionResult } from "./work";

/** The parts of a base in the order in which people are left out. */
const LEFT_OUT: readonly (readonly [string, VerifyTextKey])[] = [
  ["exempt", "partExempt"],
  ["transferred_out", "partTransferred"],
  ["suspended", "partSuspended"],
  ["excused", "partExcused"],
  ["not_incumbent", "partNotIncumbent"],
];

/** Return one election; of an annulled one only that it was. */
export function buildElection(election: ElectionResult, speech: Speech): Node {
  const { ground, damage, ballots, paper, rules, contests } = election;
  const lines: Node[] = [];
  if (ground !== null) {
    lines.push(element("p", { class: "warning" }, speech.say("annulled", { ground: quote(ground).replace(/\.$/, "") })));
  }
  if (damage !== null) {
    const fields = { check: damage.check, entry: damage.entry ?? "", problem: quote(damage.problem) };
    lines.push(element("p", { class: "warning" }, speech.say("damaged", fields)));
  }
  if (rules !== null && ground === null) {
    lines.push(...buildRules(rules, speech));
  }
  if (ballots !== null) {
    lines.push(element("p", {}, speech.say("phones", { ballots: speech.format(ballots) })));
  }
  if (paper !== null) {
    lines.push(element("p", {}, speech.say("paper", { ballots: speech.format(paper) })));
  }
  const shown = ground === null ? contests.flatMap((contest) => buildContest(contest, speech)) : [];
  return element("section", { class: "finding" }, element("h3", {}, speech.choose(election.title)), ...lines, ...shown);
}

function buildRules(rules: RulesShown, speech: Speech): readonly Node[] {
  const { number, date, summoned, present, quorum, mark } = rules;
  const source = {
    title: speech.choose(rules.title),
    document: speech.choose(rules.document),
    clause: speech.choose(rules.clause),
    number: quote(number ?? ""),
    date: date === null ? "" : speech.formatDate(date),
  };
  const isDated = number !== null && date !== null;
  const notes: VerifyTextKey[] = [];
  if (!rules.isInstalled) {
    notes.push("ownRules");
  }
  if (!rules.inForce) {
    notes.push("notInForce");
  } else if (mark !== "V" && mark !== "S") {
    notes.push("notCompared");
  }
  const lines = [
    speech.say(isDated ? "rulesDated" : "rulesUndated", source),
    sayBase(rules.base, speech),
    speech.say("people", speech.formatAll({ summoned, present })),
    ...(quorum === null ? [] : [speech.say("quorum", speech.formatAll({ ...quorum }))]),
  ];
  return [
    ...notes.map((note) => element("p", { class: "warning" }, speech.say(note, { mark }))),
    ...lines.map((line) => element("p", {}, line)),
  ];
}

function sayBase({ kind, value, parts, ground }: BaseShown, speech: Speech): string {
  const say = (key: VerifyTextKey, count: unknown): string => speech.say(key, { count: speech.format(Number(count)) });
  const leftOut = LEFT_OUT.filter(([name]) => Number(parts[name] ?? 0) > 0).map(([name, key]) => say(key, parts[name]));
  const isOfClasses = ["official_minus_exempt", "official_members", "all_members", "incumbents"].includes(kind);
  const made = isOfClasses ? [say("partOfficial", parts["official"]), ...leftOut].join(" − ") : speech.say(`base_${kind}`);
  if (value === null) {
    return speech.say("baseOfEach", { made });
  }
  const fields = { value: speech.format(value), made: ground === null ? made : `${made}: ${quote(ground)}` };
  return speech.say("base", fields);
}

function buildContest({ text, options, counts, outcome }: ContestResult, speech: Speech): readonly Node[] {
  if (counts.length === 0) {
    return [element("p", {}, `${speech.choose(text)}: ${speech.say("notTallied")}`)];
  }
  const shares = outcome?.shares ?? [];
  const names = [...options.map((option) => speech.choose(option)), speech.say("blank")];
  const rows = names.map((name, index) => {
    const share = shares[index];
    const cells = [element("th", { scope: "row" }, name), element("td", {}, speech.format(counts[index] ?? 0))];
    if (shares.length > 0) {
      cells.push(element("td", {}, share === undefined ? "" : speech.formatShare(share)));
    }
    return element("tr", {}, ...cells);
  });
  const caption = element("caption", {}, speech.choose(text));
  const heads = [element("td", {}), ...(["votesHead", "shareHead"] as const).map((key) => buildHead(speech.say(key)))];
  const head = shares.length > 0 ? [element("thead", {}, element("tr", {}, ...heads))] : [];
  const table = element("table", {}, caption, ...head, element("tbody", {}, ...rows));
  return [table, ...(outcome === null ? [] : buildOutcome(outcome, speech))];
}

function buildHead(text: string): Node {
  return element("th", { scope: "col" }, text);
}

function buildOutcome(outcome: ContestOutcome, speech: Speech): readonly Node[] {
  const { cumulation, standings, seatsLeft, reviewOn, proposed } = outcome;
  const passed = (isPassed: boolean): string => speech.say(isPassed ? "passed" : "notPassed");
  const workings = [
    ...outcome.tests.map((test) => sayTest(test, speech)),
    ...cumulation.map(({ form, run, needed, reached }) => {
      const fields = { form: speech.choose(form), ...speech.formatAll({ run, needed }), passed: passed(reached) };
      return speech.say("cumulation", fields);
    }),
  ];
  const results = [
    ...standings.map(({ name, text }) => speech.say("standing", { name: speech.choose(name), standing: speech.choose(text) })),
    ...(seatsLeft === null || seatsLeft === 0 ? [] : [speech.say("seatsLeft", { count: speech.format(seatsLeft) })]),
    ...(proposed ? [speech.say("proposed")] : []),
    speech.say("next", { next: speech.choose(outcome.next) }),
    ...(reviewOn === null ? [] : [speech.say("reviewOn", { date: speech.formatDate(reviewOn) })]),
    speech.say("clause", { clause: speech.choose(outcome.clause) }),
  ];
  return [
    ...workings.map((line) => element("p", { class: "working" }, line)),
    element("p", { class: "outcome" }, speech.say("outcome", { text: speech.choose(outcome.text) })),
    ...results.map((line) => element("p", {}, line)),
  ];
}

function sayTest({ option, comparator, fraction, base, needed, got, passed }: TestShown, speech: Speech): string {
  const [numerator, denominator] = fraction;
  const fields = {
    ...speech.formatAll({ base, needed, got }),
    threshold: speech.say(comparator === "at_least" ? "atLeast" : "moreThan", { numerator, denominator }),
  };
  if (option === null) {
    return speech.say("neededOfEach", fields);
  }
  const result = speech.say(passed ? "passed" : "notPassed");
  return speech.say("needed", { ...fields, option: speech.choose(option), passed: result });
}
