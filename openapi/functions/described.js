/** Every component and every field of it is described. */
export default (schema) => {
  const fields = Object.entries(schema.properties ?? {});
  const silent = fields.filter(([, field]) => !field.description).map(([name]) => ({ message: `${name} is not described.` }));
  return schema.description ? silent : [{ message: "The schema is not described." }, ...silent];
};
