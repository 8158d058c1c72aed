import type { DateKind } from './dates.ts';

/** How a number's format bears on its text: most show it as it is. */
export type CellFormat = 'plain' | DateKind | PaddedFormat;
/** Zeros and hyphens, `00000` or `000-00-0000`: zeros in front are part of what is meant. */
export interface PaddedFormat {
  pattern: string;
}

/** Formats that every program knows by their number (ECMA-376, 18.8.30), those of East Asian and Thai editions among them. */
export function builtInFormat(id: number): CellFormat {
  if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || id === 45 || id === 47) return 'time';
  if (id === 46 || id === 79) return 'elapsed';
  if ((id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 50 && id <= 58)) return 'date';
  if ((id >= 71 && id <= 74) || id === 77 || id === 81) return 'date';
  if (id === 75 || id === 76 || id === 78 || id === 80) return 'time';
  return 'plain';
}

/** What stands for itself in a format, or says nothing of the value: texts, colours, conditions, widths. */
const ASIDE = /"[^"]*"?|\\.|[_*].|\[[^\]]*\]?|general|[0#?][0#?.,]*e[+-]/gis;

/** What a format's code means, as Excel reads it. */
export function formatOf(code: string): CellFormat {
  if (/^0[0\\-]+$/.test(code)) return { pattern: code.replace(/\\(.)/g, '$1') };
  let elapsed = false;
  const letters = code.replace(ASIDE, (aside) => {
    elapsed ||= /^\[(h+|m+|s+)\]$/i.test(aside);
    return ' ';
  });
  if (elapsed) return 'elapsed';
  if (/[dyebg]/i.test(letters)) return 'date';
  if (/[hs]|a\/p|am\/pm|上午\/下午/i.test(letters)) return 'time';
  return /m/i.test(letters) ? 'date' : 'plain';
}

/** A whole number in a format of zeros and hyphens, from its end on; what has no zero left stands before all. */
export function paddedText(value: number, { pattern }: PaddedFormat): string {
  const digits = String(value);
  let at = digits.length;
  let text = '';
  for (let i = pattern.length - 1; i >= 0; i--) {
    text = (pattern[i] === '0' ? (at > 0 ? digits[--at] : '0') : pattern[i]!) + text;
  }
  return digits.slice(0, at) + text;
}
