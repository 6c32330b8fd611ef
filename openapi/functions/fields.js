/** The name of a field tells its type: *_id, *_at, *_on, amount. */
const FOREIGN = new Set(["request_id", "client_id", "match_on"]);
const kinds = (field) => [field.type].flat();

const flaw = (name, field) => {
  if (FOREIGN.has(name)) return null;
  if ((name === "id" || name.endsWith("_id")) && field.format !== "uuid") return "is a UUID";
  if (name.endsWith("_ids") && field.items?.format !== "uuid") return "is a list of UUIDs";
  if (name.endsWith("_at") && field.format !== "date-time") return "is an instant (date-time)";
  if (name.endsWith("_on") && field.format !== "date") return "is a date";
  if (field.format === "date-time" && !/(_at|_from|_to|_by|_until|^at|^as_of|^since)$/.test(name)) return "is an instant and ends in _at";
  if (name === "amount" && !(kinds(field).includes("string") && field.pattern)) return "is a decimal as text";
  return null;
};

export default (properties) => {
  const flaws = Object.entries(properties).flatMap(([name, field]) => {
    const found = flaw(name, field);
    return found ? [{ message: `${name} ${found}.` }] : [];
  });
  const money = "amount" in properties === "currency" in properties || !("amount" in properties);
  return money ? flaws : [...flaws, { message: "An amount stands beside its currency." }];
};
