/** Every operation says who may ask; only the log-in and the one-time link are for anybody. */
const OPEN = new Set(["create_token", "change_password"]);

export default (operation) => {
  if (!operation?.operationId || OPEN.has(operation.operationId)) return [];
  const ways = operation.security ?? [];
  const flaws = [];
  if (ways.length === 0 || ways.some((way) => Object.keys(way).length === 0)) flaws.push("Says who may ask.");
  if (ways.some((way) => way.integration?.length === 0)) flaws.push("Names the scopes of integrations.");
  return flaws.map((message) => ({ message }));
};
