const [ZERO, NINE, MINUS, POINT] = [48, 57, 45, 46] as const;
/** So many digits stand for themselves: no two such decimals are one double, so none shorter reads back as the same. */
const EXACT_DIGITS = 15;

/** Whether these bytes are a number as `plainDecimal` would write it. May say no where they are. */
export function isPlainDecimal(bytes: Uint8Array, start: number, end: number): boolean {
  const from = bytes[start] === MINUS ? start + 1 : start;
  let i = from;
  while (i < end && bytes[i]! >= ZERO && bytes[i]! <= NINE) i++;
  const whole = i - from;
  if (whole === 0 || (whole > 1 && bytes[from] === ZERO)) return false;
  if (i === end) return whole <= EXACT_DIGITS && !(from > start && bytes[from] === ZERO);
  if (bytes[i] !== POINT) return false;
  const fraction = i + 1;
  for (i = fraction; i < end; i++) if (bytes[i]! < ZERO || bytes[i]! > NINE) return false;
  return end > fraction && bytes[end - 1] !== ZERO && whole + end - fraction <= EXACT_DIGITS;
}

/** A number as a workbook's XML has it; undefined where it is none. */
export function parseNumber(text: string): number | undefined {
  if (!/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** The shortest decimal that reads back as the same number, without an exponent: `42711784`, never `4.2711784E7`. */
export function plainDecimal(value: number): string {
  const text = String(value);
  const match = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (!match) return text;
  const [, sign, whole, fraction = '', exponent] = match;
  const digits = whole + fraction;
  const point = whole!.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits.padEnd(point, '0');
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
