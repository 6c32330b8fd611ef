/** What comes in is closed; what goes out promises every field, null where there is nothing. */
const OPTIONAL = new Set(["FieldProblem"]);

export default (schemas) =>
  Object.entries(schemas).flatMap(([name, schema]) => {
    const fields = Object.keys(schema.properties ?? {});
    if (/(Create|Update)$/.test(name)) {
      return schema.additionalProperties === false ? [] : [{ message: `${name} takes unknown fields.`, path: ["components", "schemas", name] }];
    }
    if (!/(View|Page)$/.test(name) || OPTIONAL.has(name)) return [];
    return fields
      .filter((field) => !(schema.required ?? []).includes(field))
      .map((field) => ({ message: `${name} does not promise ${field}.`, path: ["components", "schemas", name] }));
  });
