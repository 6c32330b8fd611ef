/** A list is asked for with limit and cursor, and answers items and next_cursor without a total. */
const LARGEST = 200;

export default (operation) => {
  const schema = operation.responses?.["200"]?.content?.["application/json"]?.schema;
  const page = schema?.properties?.items;
  if (!page) return [];
  const parameters = Object.fromEntries((operation.parameters ?? []).map((one) => [one.name, one]));
  const flaws = [];
  const closed = schema.properties.next_cursor?.type === "null";
  if (!schema.properties.next_cursor) flaws.push("A page has next_cursor.");
  if ("total" in schema.properties) flaws.push("A page has no total.");
  if (!closed && !parameters.cursor) flaws.push("A list takes cursor.");
  if (!closed && parameters.limit?.schema?.maximum !== LARGEST) flaws.push(`A list takes limit up to ${LARGEST}.`);
  return flaws.map((message) => ({ message }));
};
