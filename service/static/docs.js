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

window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  persistAuthorization: true,
  displayRequestDuration: true,
  docExpansion: "none",
  filter: true,
  operationsSorter: byPath,
  tryItOutEnabled: true,
  validatorUrl: null,
  oauth2RedirectUrl: window.location.origin + "/docs/oauth2-redirect.html",
  plugins: [plainForms],
});
