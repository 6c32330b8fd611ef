/**
 * The main job through the generated TypeScript client: import, grade, share out, explain, appeal.
 *
 *     npx openapi-typescript openapi.json -o api.d.ts --default-non-nullable=false
 *     npx tsc && node built/quickstart.js
 *
 * The people are those of examples/company.py, with the same settings.
 */
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Schemas = components["schemas"];
type Api = ReturnType<typeof createClient<paths>>;
type Answer<T> = { data?: T; error?: Schemas["ProblemView"]; response: Response };

const url = process.env.EVENHAND_URL!;
const run = Date.now().toString(36).toUpperCase();
const customers = ["客户编码,客户名称,行业,区域,潜在价值,合作意向"]
  .concat([1, 2, 3, 4, 5, 6, 7, 8].map((n) => `T${run}-${n},第${n}化工有限公司,制造,${n % 2 ? "华东" : "华南"},${n * 40}万,高`))
  .join("\n");

/** The answer; a problem ends the program with its own sentence. */
function ok<T>({ data, error, response }: Answer<T>): T {
  if (error) throw new Error(`${response.status} ${error.code}: ${error.detail} ${JSON.stringify(error.errors)}`);
  return data as T;
}

/** A client that speaks for a person, in Chinese. */
async function logIn(code: string, password = process.env.EVENHAND_PASSWORD!): Promise<Api> {
  const api = createClient<paths>({ baseUrl: url, headers: { "Accept-Language": "zh-CN" } });
  const { access_token } = ok(
    await api.POST("/v1/auth/token", {
      body: { grant_type: "password", username: code, password },
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      bodySerializer: (form) => new URLSearchParams(form as Record<string, string>),
    }),
  );
  api.use({ onRequest: ({ request }) => request.headers.set("Authorization", `Bearer ${access_token}`) });
  return api;
}

/** Returns when the job has done its work. */
async function wait(api: Api, job_id: string | null): Promise<void> {
  for (;;) {
    const job = ok(await api.GET("/v1/jobs/{job_id}", { params: { path: { job_id: job_id! } } }));
    if (job.state === "succeeded") return;
    if (!["queued", "running"].includes(job.state)) throw new Error(JSON.stringify(job.problem));
    await new Promise((resume) => setTimeout(resume, 200));
  }
}

const [steward, director, mediator, leader] = await Promise.all(["DS01", "D001", "M001", "L001"].map((code) => logIn(code)));
const generalManager = await logIn("GM001", process.env.GM_PASSWORD!);
const sellers = await Promise.all(["S001", "S002"].map((code) => logIn(code)));

// 1. Customers come from a spreadsheet.
const arrived = ok(
  await steward.POST("/v1/imports", {
    body: { file: customers, confirm: true },
    bodySerializer: (body) => {
      const form = new FormData();
      form.set("file", new Blob([body.file]), "客户.csv");
      form.set("confirm", String(body.confirm));
      return form;
    },
  }),
);
await wait(steward, arrived.job_id);
const seen = ok(await steward.GET("/v1/imports/{import_id}", { params: { path: { import_id: arrived.id } } }));
console.log("imported:", seen.counts);

// 2. They are graded by a scheme that one person drafts and another publishes.
const draft = await director.POST("/v1/tier-schemes", { body: { template: "abc" } });
const scheme = ok(draft);
ok(
  await leader.POST("/v1/tier-schemes/{scheme_id}/publish", {
    params: { path: { scheme_id: scheme.id }, header: { "If-Match": draft.response.headers.get("ETag")! } },
    body: { reason: "年度评审通过" },
  }),
);
const evaluation = ok(await director.POST("/v1/tier-evaluations", { body: { scheme_id: scheme.id } }));
await wait(director, evaluation.job_id);
const byEvaluation = { params: { path: { evaluation_id: evaluation.id } }, body: { reason: "名单已核对" } };
ok(await leader.POST("/v1/tier-evaluations/{evaluation_id}/approve", byEvaluation));
await wait(director, ok(await director.POST("/v1/tier-evaluations/{evaluation_id}/apply", byEvaluation)).apply_job_id);

// 3. They are shared out by public rules: a plan by one person, approved by another.
const rules = await director.POST("/v1/rulebooks", { body: { code: "standard" } });
ok(
  await leader.POST("/v1/rulebooks/{rulebook_id}/publish", {
    params: { path: { rulebook_id: ok(rules).id }, header: { "If-Match": rules.response.headers.get("ETag")! } },
    body: { reason: "全员已确认" },
  }),
);
const plan = ok(await director.POST("/v1/distribution-plans", { body: { name: "快速入门", scheme_code: "abc" } }));
await wait(director, plan.job_id);
const byPlan = { params: { path: { plan_id: plan.id } } };
for (const load of ok(await leader.GET("/v1/distribution-plans/{plan_id}/fairness", byPlan)).dimensions) {
  console.log(`${load.name}: from ${load.after.min} to ${load.after.max} fair shares`);
}
ok(await leader.POST("/v1/distribution-plans/{plan_id}/approve", { ...byPlan, body: { reason: "各组负荷均衡" } }));
const applied = await director.POST("/v1/distribution-plans/{plan_id}/apply", { ...byPlan, body: { reason: "按计划执行" } });
await wait(director, ok(applied).job_id);

// 4. A seller who did not get an account asks why, and appeals.
const losses = sellers.map(async (api) => {
  const query = { plan_id: plan.id, won: false };
  const page = ok(await api.GET("/v1/me/decisions", { params: { query } }));
  return { api, lost: page.items.find((one) => one.result === "lost" && one.account_code.startsWith(`T${run}`)) };
});
const loss = (await Promise.all(losses)).find((one) => one.lost)!;
const assignment_id = loss.lost!.assignment_id!;
const told = ok(await loss.api.GET("/v1/assignments/{assignment_id}/explanation", { params: { path: { assignment_id } } }));
console.log(told.own!.sentences.map((sentence) => sentence.zh).join(""));
const statement = "该客户三年来一直由我拜访维护。";
const appeal = ok(
  await loss.api.POST("/v1/appeals", {
    body: { assignment_id, grounds: ["existing_relationship"], statement },
  }),
);

// 5. Somebody independent, drawn by lot, looks at what would follow, and decides.
const judges = await Promise.all([mediator, director, generalManager].map(async (api) => ({ api, id: ok(await api.GET("/v1/me")).id })));
const judge = judges.find((one) => one.id === appeal.reviewer_id)!.api;
const byAppeal = { params: { path: { appeal_id: appeal.id } } };
ok(await judge.POST("/v1/appeals/{appeal_id}/review", { ...byAppeal, body: {} }));
ok(await judge.GET("/v1/appeals/{appeal_id}/effect", byAppeal));
const decided = ok(
  await judge.POST("/v1/appeals/{appeal_id}/decide", {
    ...byAppeal,
    body: {
      outcome: "upheld",
      reason_en: "Three years of business are credible, at no cost to fairness.",
      reason_zh: "三年的业务关系可信，且不影响公平。",
    },
  }),
);
console.log("appeal:", decided.state, decided.new_assignment_id);
