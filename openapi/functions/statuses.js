/** Every status that follows from how an operation is asked is declared. */
const ALWAYS = [400, 401, 403, 422, 429, 500, 503];
const UNCHANGING = new Set(["delete_rulebook_test", "delete_archive_link"]); // what is made and taken away as a whole has no version
const OPEN = new Set(["create_token", "change_password"]);

export default (operation, _options, context) => {
  const [, path, method] = context.path;
  if (!path.startsWith("/v1/")) return [];
  const headers = new Set((operation.parameters ?? []).map((one) => one.name));
  const json = Object.keys(operation.requestBody?.content ?? {}).some((type) => type.endsWith("json"));
  const success = Object.keys(operation.responses).filter((status) => Number(status) < 300);
  const wanted = [
    ...ALWAYS,
    ...(path.includes("{") ? [404] : []),
    ...(json ? [413, 415] : []),
    ...(headers.has("If-Match") ? [412, 428] : []),
    ...(headers.has("If-None-Match") ? [304] : []),
    ...(method === "post" && !OPEN.has(operation.operationId) ? [409] : []),
  ];
  const missing = wanted.filter((status) => !(status in operation.responses)).map((status) => `${status} is not declared.`);
  if (success.length === 0) missing.push("No answer succeeds.");
  const versioned = (method === "patch" || method === "delete") && !UNCHANGING.has(operation.operationId);
  if (versioned && !headers.has("If-Match")) missing.push("If-Match is not asked for.");
  if (method === "post" && !OPEN.has(operation.operationId) && !headers.has("Idempotency-Key")) {
    missing.push("Idempotency-Key is not taken.");
  }
  return missing.map((message) => ({ message }));
};
