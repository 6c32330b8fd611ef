/** The top level of an answer is an object, which may grow, and never an array. */
export default (schema) =>
  schema.type === "array" ? [{ message: "The top level of an answer is an object." }] : [];
