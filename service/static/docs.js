// Starts Swagger UI on our own document; nothing is fetched from elsewhere.

// A form's fields begin with what the document says, not with made-up samples; what stays empty is not sent.
const plainForms = () => ({
  components: { ParameterIncludeEmpty: () => null },
  afterLoad() {
    const { getSampleSchema, isFileUploadIntended } = this.fn;
    this.fn.getSampleSchema = (schema, type, ...rest) => {
      const { example, examples, default: byDefault } = schema?.toJS?.() ?? schema ?? {};
      const isUnsaidField = type === false && (example ?? examples ?? byDefault) === undefined;
      return isUnsaidField ? "" : getSampleSchema(schema, type, ...rest);
    };
    this.fn.isFileUploadIntended = (schema, ...rest) =>
      schema?.get("contentMediaType") !== "application/json" && isFileUploadIntended(schema, ...rest);
  },
});

// A resource's operations stand together: its list, its creation, then what is done with one of it.
const METHODS = ["get", "post", "patch", "delete"];
const byPath = (one, other) =>
  one.get("path").localeCompare(other.get("path")) ||
  METHODS.indexOf(one.get("method")) - METHODS.indexOf(other.get("method"));

// The filter finds an operation by its name or its address, and a tag with everything in it.
const byNameOrAddress = (tags, sought) => {
  const isSought = (text) => text.toLowerCase().includes(sought.trim().toLowerCase());
  const isSoughtOperation = (one) => isSought(one.getIn(["operation", "operationId"])) || isSought(one.get("path"));
  return tags
    .map((tag, name) => (isSought(name) ? tag : tag.update("operations", (all) => all.filter(isSoughtOperation))))
    .filter((tag) => tag.get("operations").size > 0);
};

// A drawing is shown, and not only its XML, which stays below to be copied and kept.
const drawings = (Original, { React }) => (props) => {
  const text = React.createElement(Original, props);
  if (!props.contentType?.startsWith("image/svg")) return text;
  const src = "data:image/svg+xml," + encodeURIComponent(props.content);
  return React.createElement("div", null, React.createElement("img", { src }), text);
};

window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  persistAuthorization: true,
  displayOperationId: true, // the guides name operations by it
  displayRequestDuration: true,
  docExpansion: "none",
  filter: true,
  operationsSorter: byPath,
  tryItOutEnabled: true,
  validatorUrl: null,
  oauth2RedirectUrl: window.location.origin + "/docs/oauth2-redirect.html",
  plugins: [plainForms, { fn: { opsFilter: byNameOrAddress }, wrapComponents: { responseBody: drawings } }],
});
