/** Every body and every answer shows an example; what must be given in a path or header shows one too. */
const shown = ([type, media]) => !type.endsWith("json") || "example" in media || media.schema?.examples?.length > 0;

export default (operation) => {
  const flaws = [];
  for (const media of Object.entries(operation.requestBody?.content ?? {})) {
    if (!shown(media)) flaws.push("The body has no example.");
  }
  for (const [status, answer] of Object.entries(operation.responses)) {
    for (const media of Object.entries(answer.content ?? {})) {
      if (!shown(media)) flaws.push(`The answer ${status} has no example.`);
    }
  }
  for (const parameter of operation.parameters ?? []) {
    if (parameter.required && !("example" in parameter)) flaws.push(`${parameter.name} has no example.`);
  }
  return flaws.map((message) => ({ message }));
};
