/** Judges a value by a JSON Schema, as an editor does: the keywords that the recipe's schema uses, and no others. */

export type Schema = { [keyword: string]: unknown };

/** Keywords that say something to people and nothing about what is valid (JSON Schema 2020-12, Validation, section 9). */
const annotations = new Set(['$schema', 'title', 'description', 'default']);

type Rule = (given: never, value: unknown, schema: Schema) => boolean;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const length = (text: string) => Array.from(text).length;

/** A rule about one kind of value holds for all other kinds. */
const rules: Record<string, Rule> = {
  type: (type: string, value) =>
    type === 'integer'
      ? Number.isInteger(value)
      : type === (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value),
  const: (constant: unknown, value) => constant === value,
  enum: (values: unknown[], value) => values.includes(value),
  pattern: (pattern: string, value) => typeof value !== 'string' || new RegExp(pattern, 'u').test(value),
  minLength: (least: number, value) => typeof value !== 'string' || length(value) >= least,
  maxLength: (most: number, value) => typeof value !== 'string' || length(value) <= most,
  minimum: (least: number, value) => typeof value !== 'number' || value >= least,
  maximum: (most: number, value) => typeof value !== 'number' || value <= most,
  items: (items: Schema, value) => !Array.isArray(value) || value.every((one) => fits(items, one)),
  minItems: (least: number, value) => !Array.isArray(value) || value.length >= least,
  required: (names: string[], value) => !isObject(value) || names.every((name) => Object.hasOwn(value, name)),
  properties: (properties: Record<string, Schema>, value) =>
    !isObject(value) ||
    Object.entries(properties).every(
      ([name, inner]) => !Object.hasOwn(value, name) || fits(inner, value[name]),
    ),
  additionalProperties: (allowed: false, value, { properties }) =>
    !isObject(value) ||
    Object.keys(value).every((name) => allowed || Object.hasOwn(properties as object, name)),
  anyOf: (schemas: Schema[], value) => schemas.some((one) => fits(one, value)),
};

/** Throws on a keyword that is not known here. */
export function fits(schema: Schema, value: unknown): boolean {
  return Object.entries(schema).every(([keyword, given]) => {
    if (annotations.has(keyword)) return true;
    const rule = rules[keyword];
    if (!rule) throw new Error(`the keyword ${keyword} is not known here`);
    return rule(given as never, value, schema);
  });
}
