// JSON has no NaN and no infinity: JSON.stringify writes null for them, and null says "nothing", where a CLOSE of nothing closes all.

/** Throws for a number that is none, naming the field. */
export function finite(name: string, value: unknown): void {
  if ((typeof value === "number" || value instanceof Number) && !Number.isFinite(Number(value))) {
    throw new RangeError(`${name} is ${Number(value)}: not a finite number, nothing was sent`);
  }
}

/** A frame as text; throws where it would not say what was meant. */
export const encode = (frame: unknown): string =>
  JSON.stringify(frame, (name, value: unknown) => {
    finite(name, value);
    return value;
  });
