/** Days of the calendar; no clock, no time zone, no `Date`. */

const FORM = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A day of the Gregorian calendar, from year 1 on. */
export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Return the day that a text names as 2026-01-15, or undefined if it is none. */
export function readDay(text: string): Day | undefined {
  const parts = FORM.exec(text);
  if (parts === null) {
    return undefined;
  }
  const [year = 0, month = 0, day = 0] = parts.slice(1).map(Number);
  const exists = year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= countDays(year, month);
  return exists ? { year, month, day } : undefined;
}

/** Return a day as 2026-01-15: texts of days compare as the days do. */
export function formatDay({ year, month, day }: Day): string {
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** Return the same day some months on, or the month's last day where it has no such day. */
export function addMonths({ year, month, day }: Day, months: number): Day {
  const total = year * 12 + month - 1 + months;
  const [newYear, newMonth] = [Math.floor(total / 12), (total % 12) + 1];
  return { year: newYear, month: newMonth, day: Math.min(day, countDays(newYear, newMonth)) };
}

function countDays(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, "0");
}
