/** A page of a hundred lines, written against the generated client only: accounts, why, and an appeal. */
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Schemas = components["schemas"];
type Api = ReturnType<typeof createClient<paths>>;
type Answer<T> = { data?: T; error?: Schemas["ProblemView"] };

const MARKS: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const RESULTS: Record<string, string> = { won: "归您", lost: "未归您", no_room: "已满额", excluded: "不符合规则" };

/** Text as HTML. */
const plain = (text: unknown): string => String(text ?? "–").replace(/[&<>"]/g, (mark) => MARKS[mark]!);
const row = (...cells: string[]): string => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;

/** The answer; a problem becomes an error in the reader's language. */
function ok<T>({ data, error }: Answer<T>): T {
  if (error) throw new Error([error.detail, ...error.errors.map((one) => one.detail)].join(" "));
  return data as T;
}

/** A client that speaks for a person. */
export async function logIn(baseUrl: string, username: string, password: string): Promise<Api> {
  const api = createClient<paths>({ baseUrl, headers: { "Accept-Language": "zh-CN" } });
  const form = { grant_type: "password", username, password };
  const token = await api.POST("/v1/auth/token", {
    body: form,
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    bodySerializer: () => new URLSearchParams(form),
  });
  const { access_token } = ok(token);
  api.use({ onRequest: ({ request }) => request.headers.set("Authorization", `Bearer ${access_token}`) });
  return api;
}

/** Every account that the reader may see, page after page. */
export async function accounts(api: Api): Promise<string> {
  const rows: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = ok(await api.GET("/v1/accounts", { params: { query: { limit: 100, sort: "name", cursor } } }));
    for (const one of page.items) {
      const value = one.potential_value && `${one.potential_value.amount} ${one.potential_value.currency}`;
      rows.push(row(plain(one.code), plain(one.name), plain(one.region), plain(value)));
    }
    if (!page.next_cursor) return `<table><caption>我的客户</caption>${rows.join("")}</table>`;
    cursor = page.next_cursor;
  }
}

/** What was decided about the reader, with two buttons for each decision that stands. */
export async function decisions(api: Api): Promise<string> {
  const page = ok(await api.GET("/v1/me/decisions", { params: { query: { limit: 100 } } }));
  const rows = page.items.map((one) => {
    const of = `data-assignment="${plain(one.assignment_id)}"`;
    const why = one.assignment_id ? `<button ${of} name="why">为什么</button>` : "";
    const act = one.assignment_id && !one.won ? `<button ${of} name="appeal">申诉</button>` : "";
    return row(plain(one.account_code), plain(one.region), plain(RESULTS[one.result] ?? one.result), why + act);
  });
  return `<table><caption>与我有关的决定</caption>${rows.join("")}</table>`;
}

/** Why an assignment is as it is, in whole sentences. */
export async function explanation(api: Api, assignment_id: string): Promise<string> {
  const path = { assignment_id };
  const told = ok(await api.GET("/v1/assignments/{assignment_id}/explanation", { params: { path } }));
  const sentences = (told.own ?? told.full ?? told.by_hand)!.sentences;
  return `<p>${sentences.map((sentence) => plain(sentence.zh)).join("")}</p>`;
}

/** An appeal; sent twice by a nervous finger it is filed once. */
export async function appeal(api: Api, assignment_id: string, statement: string, key: string): Promise<string> {
  const filed = await api.POST("/v1/appeals", {
    params: { header: { "Idempotency-Key": key } },
    body: { assignment_id, grounds: ["existing_relationship"], statement },
  });
  return `<p>申诉已提交，裁决期限：${plain(ok(filed).decide_by)}</p>`;
}

/** Binds the page to its document. */
function open(page: Document): void {
  const place = (id: string): HTMLElement => page.getElementById(id)!;
  const show = (id: string, work: Promise<string>): Promise<void> =>
    work.then((html) => void (place(id).innerHTML = html)).catch((error: Error) => void (place(id).textContent = error.message));
  place("login").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const api = await logIn(location.origin, String(form.get("user")), String(form.get("password"))).catch(alert);
    if (!api) return;
    await Promise.all([show("accounts", accounts(api)), show("decisions", decisions(api))]);
    place("decisions").onclick = ({ target }) => {
      const { name, dataset } = target as HTMLButtonElement;
      if (name === "why") void show("answer", explanation(api, dataset.assignment!));
      const statement = name === "appeal" && prompt("请说明理由");
      if (statement) void show("answer", appeal(api, dataset.assignment!, statement, crypto.randomUUID()));
    };
  });
}

if (typeof document !== "undefined") open(document);
