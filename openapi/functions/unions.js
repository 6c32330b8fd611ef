/** Several kinds of object are told apart by a discriminator; anyOf tells nothing apart. */
export default (schema) => {
  if (schema.anyOf) return [{ message: "A union is oneOf." }];
  const objects = schema.oneOf.filter((one) => one.properties);
  return objects.length > 1 && !schema.discriminator ? [{ message: "A union of objects has a discriminator." }] : [];
};
