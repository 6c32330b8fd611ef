/** What has no end has no place in a contract: strings, arrays and integers have limits, null or not. */
const NEEDS = { string: ["maxLength"], array: ["maxItems"], integer: ["minimum", "maximum"] };

export default (schema) => {
  const kinds = [schema.type].flat();
  const anything = kinds.length > 2;
  if (anything || schema.enum || "const" in schema) return [];
  return kinds
    .flatMap((kind) => NEEDS[kind] ?? [])
    .filter((limit) => !(limit in schema))
    .map((limit) => ({ message: `${limit} is missing.` }));
};
