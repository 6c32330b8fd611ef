/** What a seller does on the page, step by step and without a browser: looks, asks why, appeals twice by mistake. */
import { accounts, appeal, decisions, explanation, logIn } from "./page.js";

const { EVENHAND_URL: url, EVENHAND_PASSWORD: password } = process.env as Record<string, string>;

for (const code of ["S001", "S002"]) {
  const api = await logIn(url!, code, password!);
  console.log(await accounts(api));
  const shown = await decisions(api);
  console.log(shown);
  for (const [, assignment] of shown.matchAll(/data-assignment="([^"]+)" name="appeal"/g)) {
    console.log(await explanation(api, assignment!));
    const key = crypto.randomUUID();
    const filed = await appeal(api, assignment!, "该客户三年来一直由我拜访维护。", key).catch(String);
    console.log(filed);
    if (filed.startsWith("<p>")) {
      if (filed !== (await appeal(api, assignment!, "该客户三年来一直由我拜访维护。", key))) throw new Error("filed twice");
      process.exit();
    }
  }
}
