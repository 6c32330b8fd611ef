/** What goes wrong is a problem (RFC 9457), and what goes well is not. */
const PROBLEM = "application/problem+json";

export default (responses) =>
  Object.entries(responses).flatMap(([status, answer]) => {
    const types = Object.keys(answer.content ?? {});
    const wrong = Number(status) >= 400 ? types.join() !== PROBLEM : types.includes(PROBLEM);
    return wrong ? [{ message: `${status} answers ${types.join(", ") || "nothing"}.` }] : [];
  });
